import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InfraError, UserError } from '../../model/errors.ts';
import { watchFile } from './watched-kernel.ts';
import { watchRounds } from './watch-rounds.ts';

/** Runs rounds that do what `acts` say, each of which writes another kernel at its end; the last one interrupts. */
async function play(acts: readonly ((base: string | undefined) => { status: number; runDir?: string })[]) {
  const path = join(mkdtempSync(join(tmpdir(), 'pmemrig-rounds-')), 'bzImage');
  writeFileSync(path, 'kernel 0');
  const stop = new AbortController();
  const said: string[] = [];
  let round = 0;
  const run = async (_kernel: string, base: string | undefined): Promise<{ status: number; runDir?: string }> => {
    const act = acts[round];
    round += 1;
    if (round === acts.length) stop.abort();
    else setTimeout(() => writeFileSync(path, `kernel ${round}`), 20);
    if (!act) throw new Error('one round too many');
    return act(base);
  };
  const status = await watchRounds({
    watcher: watchFile(path, { pollMs: 5, settledMs: 20 }),
    run,
    signal: stop.signal,
    say: (line) => said.push(line),
  });
  return { status, said, rounds: round };
}

test('each round is given the one before to compare with, and the last one’s status is the command’s', async () => {
  const bases: (string | undefined)[] = [];
  const act = (status: number, runDir: string) => (base: string | undefined) => (bases.push(base), { status, runDir });
  expect(await play([act(0, 'a'), act(1, 'b'), act(0, 'c')])).toMatchObject({ status: 0, rounds: 3 });
  expect(bases).toEqual([undefined, 'a', 'b']);
});

const fail = (): never => {
  throw new InfraError('the disk is full', { code: 'x' });
};

test('a later round that fails as a whole is reported, and waits; the first one’s error is thrown', async () => {
  const { said, rounds } = await play([
    () => ({ status: 0, runDir: 'a' }),
    fail,
    (base) => ({ status: base === 'a' ? 0 : 9 }),
  ]);
  expect(rounds).toBe(3);
  expect(said.join('\n')).toContain('round 2: the disk is full');
  await expect(
    play([
      () => {
        throw new UserError('no such file', { code: 'y' });
      },
    ]),
  ).rejects.toThrow('no such file');
});
