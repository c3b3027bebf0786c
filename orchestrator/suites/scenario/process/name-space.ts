import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TRY_MS = 10_000;

/**
 * Words before a program that give it a pid name space of its own, with a /proc that shows it. The kernel then ends all
 * its descendants with it.
 */
export type NameSpace = readonly [string, ...string[]];

let found: Promise<NameSpace | undefined> | undefined;

/** How this host allows one; undefined where it does not. Tried once, with a program that does nothing. */
export async function findNameSpace(): Promise<NameSpace | undefined> {
  return await (found ??= tryNameSpaces());
}

async function tryNameSpaces(): Promise<NameSpace | undefined> {
  const pid = ['--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
  // Root needs no user name space, in which it would be root no longer.
  const candidates: readonly NameSpace[] = [
    ...(process.getuid?.() === 0 ? [['unshare', ...pid] as const] : []),
    ['unshare', '--user', '--map-current-user', ...pid],
  ];
  for (const nameSpace of candidates) {
    const [program, ...args] = nameSpace;
    const works = await promisify(execFile)(program, [...args, 'true'], { timeout: TRY_MS }).then(
      () => true,
      () => false,
    );
    if (works) return nameSpace;
  }
  return undefined;
}
