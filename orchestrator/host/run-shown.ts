import { execa } from 'execa';
import { createLogUpdate } from 'log-update';
import type { RunCommand } from './fix-host.ts';

/** Runs a command; on a terminal its latest line is shown in place, elsewhere its output is kept for errors alone. */
export const runShown: RunCommand = async (argv) => {
  const [file = '', ...args] = argv;
  const subprocess = execa(file, args, { reject: false, all: true, stdin: 'ignore' });
  const { stderr } = process;
  const show = stderr.isTTY ? createLogUpdate(stderr) : undefined;
  subprocess.all.on('data', (chunk: Buffer) => {
    const line = chunk.toString().trimEnd().split('\n').at(-1) ?? '';
    show?.(`  ${line.slice(0, (stderr.columns || 80) - 3)}`);
  });
  const { failed, all, shortMessage } = await subprocess;
  show?.clear();
  show?.done();
  return { ok: !failed, output: all || (shortMessage ?? '') };
};
