import { readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PINNED } from '../../orchestrator/model/paths.ts';

/** What a link at a run is called: `latest`, or `pinned:NAME`. */
type LinkName = 'latest' | `pinned:${string}`;

/** The runs that links below `runsDir` point at, by the run's id. */
export async function readRunLinks(runsDir: string): Promise<ReadonlyMap<string, readonly LinkName[]>> {
  const pins = await readdir(join(runsDir, PINNED)).catch((): string[] => []);
  // A name with a dot is a pin that is just being made.
  const links: { readonly name: LinkName; readonly path: string }[] = [
    { name: 'latest', path: join(runsDir, 'latest') },
    ...pins
      .filter((pin) => !pin.startsWith('.'))
      .toSorted()
      .map((pin) => ({ name: `pinned:${pin}` as const, path: join(runsDir, PINNED, pin) })),
  ];
  const found = new Map<string, LinkName[]>();
  for (const { name, path } of links) {
    // One that points at nothing is a link to a run that somebody removed by hand.
    const target = await realpath(path).catch(() => undefined);
    if (target !== undefined) found.set(basename(target), [...(found.get(basename(target)) ?? []), name]);
  }
  return found;
}
