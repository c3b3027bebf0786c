import type { Cell } from '../../model/cell.ts';
import type { Guest } from '../../model/guest.ts';

/** What programs of the host want to find. Nothing of it is secret. */
const PASSED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'LD_LIBRARY_PATH'];

/** A scenario's environment on the host. `tmpDir` is a folder of its own. */
export function scenarioEnvironment(
  { id }: Pick<Cell, 'id'>,
  { kernelRelease }: Pick<Guest, 'kernelRelease'>,
  { tmpDir, env = process.env }: { readonly tmpDir: string; readonly env?: NodeJS.ProcessEnv },
): Readonly<Record<string, string>> {
  const passed = PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return {
    ...Object.fromEntries(passed),
    TMPDIR: tmpDir,
    // Without it bash takes a standard input that is a socket for a remote shell's, and reads ~/.bashrc.
    SHLVL: '1',
    PMEMRIG_CELL: id,
    PMEMRIG_KERNEL: kernelRelease,
  };
}
