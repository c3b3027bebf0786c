import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GUEST_ARCH } from '../../arch/architectures.ts';

/** A line of a Kconfig file, continued lines joined. */
export interface KconfigLine {
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

/** Deeper than any kernel nests its files; a file that includes itself ends here. */
const MAX_DEPTH = 20;

/**
 * All Kconfig lines of a kernel source for the guests' architecture, each `source` replaced by what it names. A file that is absent is
 * passed over, as kconfig does it for generated ones.
 */
export async function readKconfig(sourceDir: string): Promise<KconfigLine[]> {
  return await readWithSources(sourceDir, 'Kconfig', 0);
}

async function readWithSources(sourceDir: string, file: string, depth: number): Promise<KconfigLine[]> {
  const text = await readFile(join(sourceDir, file), 'utf8').catch(() => undefined);
  if (text === undefined || depth > MAX_DEPTH) return [];
  const parts = splitKconfigLines(text, file).map(async (line): Promise<readonly KconfigLine[]> => {
    const named = /^\s*o?source\s+"?([^"\s]+)"?\s*$/.exec(line.text)?.[1];
    if (named === undefined) return [line];
    return await readWithSources(
      sourceDir,
      named.replaceAll('$(SRCARCH)', GUEST_ARCH.sourceFolder).replaceAll('$SRCARCH', GUEST_ARCH.sourceFolder),
      depth + 1,
    );
  });
  return (await Promise.all(parts)).flat();
}

/** Lines with what a backslash at the end continues. */
export function splitKconfigLines(text: string, file: string): KconfigLine[] {
  const lines: KconfigLine[] = [];
  let begun: KconfigLine | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const continues = raw.endsWith('\\');
    const piece = continues ? raw.slice(0, -1) : raw;
    const joined: KconfigLine = begun
      ? { ...begun, text: `${begun.text} ${piece.trim()}` }
      : { text: piece, file, line: index + 1 };
    begun = continues ? joined : undefined;
    if (!continues) lines.push(joined);
  }
  return begun ? [...lines, begun] : lines;
}
