import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfraError } from '../../orchestrator/model/errors.ts';
import type { GuestTool } from '../../orchestrator/model/guest-tool.ts';
import { present } from '../../orchestrator/model/present.ts';
import { lastLines } from '../../orchestrator/model/last-lines.ts';
import { packageData } from '../../orchestrator/model/package-data.ts';
import { digestOf, shortDigest } from '../store/digest.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { tryTool } from '../store/run-tool.ts';
import { getOrCreate } from '../store/store.ts';

const SOURCES = [
  packageData('guests/guest-tools/pmemcheck.c'),
  packageData('guests/guest-tools/mappings.c'),
  packageData('guests/guest-tools/kexec.c'),
  packageData('guests/guest-tools/pmemcheck.h'),
] as const;
const PROGRAM = 'pmemcheck';
/** Static: the guest's image may be of any distribution, and older than the host. */
const FLAGS = ['-O2', '-static', '-pthread', '-Wall'] as const;

/**
 * Builds the program that tests run in guests, with the host's compiler, and keeps it in the store. A host without a
 * compiler, or without a static libc, is no error: the tests that need it are then skipped with the reason. Rejects with
 * InfraError for a cache that cannot be written.
 */
export async function buildGuestTool(context: PrepareContext): Promise<GuestTool> {
  try {
    const version = await tryTool(['gcc', '-dumpfullversion', '-dumpmachine'], present({ signal: context.signal }));
    const key = `${PROGRAM}-${shortDigest(digestOf(await readSources(), version.stdout, FLAGS))}`;
    const entry = await getOrCreate(
      {
        kind: 'guest-tools',
        key,
        holds: () => [PROGRAM],
        build: async (dir) => {
          const { ok, output } = await tryTool([
            'gcc',
            ...FLAGS,
            '-o',
            join(dir, PROGRAM),
            ...SOURCES.filter(isCompiled),
          ]);
          if (!ok) throw new InfraError(lastLines(output, 5), { code: NOT_COMPILED });
        },
      },
      context,
    );
    return { kind: 'built', path: join(entry, PROGRAM) };
  } catch (error) {
    if (error instanceof InfraError && (error.code === NOT_COMPILED || error.code === 'no-tool'))
      return {
        kind: 'impossible',
        reason: `${error.message}${error.remedy === undefined ? '' : ` (${error.remedy})`}`,
      };
    throw error;
  }
}

const readSources = async (): Promise<readonly string[]> =>
  Promise.all(SOURCES.map(async (path) => readFile(path, 'utf8')));

const isCompiled = (path: string): boolean => path.endsWith('.c');

const NOT_COMPILED = 'guest-tool';
