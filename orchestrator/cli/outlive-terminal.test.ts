import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';

/** Waits for its terminal to go, says something to it, and ends with a status of its own. */
const PROGRAM = `
import { isatty } from 'node:tty';
import { outliveTerminal } from './outlive-terminal.mjs';
outliveTerminal();
process.on('SIGHUP', () => undefined);
process.stdout.write('ready\\n');
while (isatty(1)) await new Promise((resolve) => setTimeout(resolve, 20));
process.stdout.write('into the void\\n');
await new Promise((resolve) => setTimeout(resolve, 50));
process.exitCode = 42;
`;

test('a process whose terminal was closed ends with its own status', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-terminal-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const source = await readFile(join(import.meta.dirname, 'outlive-terminal.ts'), 'utf8');
  await writeFile(
    join(dir, 'outlive-terminal.mjs'),
    ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
      .outputText,
  );
  await writeFile(join(dir, 'program.mjs'), PROGRAM);
  const status = join(dir, 'status');
  // script(1) gives the shell a terminal, which is gone once it is killed; the shell stays to say how the program
  // ended.
  await writeFile(
    join(dir, 'run.sh'),
    `trap '' HUP\n${process.execPath} ${join(dir, 'program.mjs')}\necho $? > ${status}.new\nmv ${status}.new ${status}\n`,
  );
  const child = spawn('script', ['--quiet', '--command', `sh ${join(dir, 'run.sh')}`, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('ready')) child.kill('SIGKILL');
  });
  let ended: string | undefined;
  while (ended === undefined) {
    await sleep(20);
    ended = await readFile(status, 'utf8').catch(() => undefined);
  }
  // 134, SIGABRT, is what Node makes of a terminal that is gone.
  expect(ended).toBe('42\n');
}, 60_000);
