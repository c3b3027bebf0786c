import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CLOSE_TEST } from '../../model/cell.ts';
import { GuestDeath } from '../../model/errors.ts';
import { openLocalArtifacts } from '../record/local-artifacts.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';
import type { CellEnvironment } from './cell-environment.ts';

const PANIC = new GuestDeath('panic', 'the kernel panicked', 'Kernel panic');
const dir = mkdtempSync(join(tmpdir(), 'pmemrig-evidence-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function run(options: Parameters<typeof fakeWorld>[0], environment: Partial<CellEnvironment> = {}) {
  const world = fakeWorld(options);
  await world.runCell(fakeCell('c', ['a', 'b', 'd']), environment);
  return (name: string) => world.events.findLast((event) => event.type === 'test-end' && event.test === name);
}

test('what a suite salvages of a test that took its guest down is kept with it', async () => {
  const end = await run({
    testTimeoutMs: 10,
    scripts: { a: [{ status: 'fail' }], b: ['never'], d: [PANIC] },
    salvages: { a: ['a.out'], b: ['b.out'], d: ['d.out', 'd.full'] },
  });
  // The guest of the first still answers: the suite has all that there is.
  expect(end('a')).not.toHaveProperty('artifacts');
  expect(end('b')).toMatchObject({ status: 'hang', artifacts: ['b.out'] });
  expect(end('d')).toMatchObject({ status: 'crash', artifacts: ['d.out', 'd.full'] });
});

test('that nothing could be salvaged is logged, and costs no result', async () => {
  const lines: string[] = [];
  const end = await run(
    { scripts: { a: [PANIC], b: [PANIC] }, salvages: { a: new Error('the disk cannot be read'), b: [] } },
    { log: (line) => lines.push(line) },
  );
  expect(end('a')).toMatchObject({ status: 'crash' });
  expect(end('b')).not.toHaveProperty('artifacts');
  expect(lines.filter((line) => line.includes('salvaged'))).toEqual([
    'c a: nothing could be salvaged: the disk cannot be read',
  ]);
});

test('the lock classes are kept of a guest that answers after its clean-up, and of no other', async () => {
  const inDir = { artifacts: openLocalArtifacts(dir, 'c') };
  const closed = await run({ scripts: {}, lockdep: () => 1 }, inDir);
  expect(closed(CLOSE_TEST)).toMatchObject({ status: 'pass', artifacts: ['cells/c/lock-classes.1.txt'] });
  expect(readFileSync(join(dir, 'cells/c/lock-classes.1.txt'), 'utf8')).toBe('stacks of the stuck task');
  const lost = await run({ scripts: {}, lockdep: () => 1, closeError: PANIC }, inDir);
  expect(lost(CLOSE_TEST)).toMatchObject({ status: 'crash' });
  expect(lost(CLOSE_TEST)).not.toHaveProperty('artifacts');
});

test('the lock classes are kept of a guest that a kernel report has spent, too: it answers still', async () => {
  const spentDir = mkdtempSync(join(tmpdir(), 'pmemrig-spent-'));
  const inDir = { artifacts: openLocalArtifacts(spentDir, 'c') };
  const end = await run({ scripts: {}, lockdep: () => 1, problems: { d: [{ title: 'BUG: x' }] } }, inDir);
  expect(end(CLOSE_TEST)).toMatchObject({ status: 'skip', artifacts: ['cells/c/lock-classes.1.txt'] });
});
