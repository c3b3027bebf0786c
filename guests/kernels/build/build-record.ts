import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** Beside what the build left. */
export const BUILD_RECORD = 'build.json';

const recordSchema = z.object({
  /** `uname -r`. */
  release: z.string(),
  /** The source with its exact version or commit. */
  source: z.string(),
  patches: z.array(z.string()),
  base: z.string(),
  config: z.array(z.string()),
  compiler: z.string(),
  ccache: z.boolean(),
  /** Object files that the build made. */
  objects: z.number(),
  /** Time of the whole build, unpacking included. */
  seconds: z.number(),
  /** Whether anything is modular. */
  modules: z.boolean(),
  /** The compiler's, of the pmem stack. */
  warnings: z.array(z.object({ file: z.string(), line: z.number(), text: z.string() })),
  notes: z.array(z.string()),
});

/** What a built kernel says of itself, `build.json`. */
export type BuildRecord = z.output<typeof recordSchema>;

/** Rejects for an entry that is not of a built kernel. */
export async function readBuildRecord(entry: string): Promise<BuildRecord> {
  return recordSchema.parse(JSON.parse(await readFile(join(entry, BUILD_RECORD), 'utf8')));
}

/** One line on a kernel. `source` as it is named now: the record may be of another commit with the same files. */
export function describeBuild({ release, patches, base, config }: BuildRecord, source: string): string {
  const patched = patches.length === 0 ? '' : ` + ${patches.length} ${patches.length === 1 ? 'patch' : 'patches'}`;
  return `${release} from ${source}${patched}, ${base}: ${config.join(', ')}`;
}
