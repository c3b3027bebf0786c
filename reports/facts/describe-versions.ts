import { cleanLine } from '../text/clean-text.ts';
import type { RunSummary } from '../fold/summary.ts';

/**
 * What ran, exactly: `kernel debian-6.12: 6.12.95+deb12-amd64`, `suite xfstests: /src/xfstests v2026.03.20
 * (a525b3c0cb4ffdf0)`.
 */
export function describeOrigins({ cells, stages }: RunSummary): readonly string[] {
  const releases = new Map<string, Set<string>>();
  for (const { kernel, guests } of cells) {
    const known = releases.get(kernel) ?? new Set();
    releases.set(kernel, known);
    for (const { kernelRelease } of guests) known.add(kernelRelease);
  }
  return [
    ...Array.from(
      releases,
      ([kernel, found]) => `kernel ${kernel}: ${found.size === 0 ? 'no guest came up' : [...found].join(', ')}`,
    ),
    ...stages
      .filter(({ stage, status }) => stage.startsWith('suite ') && status === 'done')
      .map(({ stage, detail }) => `${stage}: ${detail}`),
  ].map(cleanLine);
}

/** The release of a kernel, as its guests said it; several where it was built anew during the run. */
export function releaseOf({ cells }: RunSummary, kernel: string): string | undefined {
  const found = new Set(
    cells
      .filter((cell) => cell.kernel === kernel)
      .flatMap(({ guests }) => guests.map(({ kernelRelease }) => kernelRelease)),
  );
  return found.size === 0 ? undefined : [...found].join(', ');
}
