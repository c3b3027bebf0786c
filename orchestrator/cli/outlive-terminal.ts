import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STDIO = [0, 1, 2] as const;

/**
 * Lets the process outlive its terminal, or a pipe whose reader went away (`| head`). Neither takes more output, which
 * is no reason to drop guests and reports half-way. When Node ends it puts the terminal's modes back. Where the kernel
 * answers EIO to that, Node aborts (SIGABRT, no exit status). It leaves a descriptor alone that is another file by
 * then.
 */
export function outliveTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const terminals = STDIO.filter((fd) => isatty(fd));
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) replaceByNull(fd);
  });
}

function replaceByNull(fd: number): void {
  try {
    closeSync(fd);
    // The lowest free descriptor, which is the one just closed.
    openSync('/dev/null', 'r+');
  } catch {
    // The exit status may be lost, and there is no terminal to report it to.
  }
}
