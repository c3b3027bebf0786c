import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CLOSE_TEST } from '../../model/cell.ts';
import { GuestDeath, SuiteSetupError } from '../../model/errors.ts';
import { GuestKeeper } from '../attempt/keep-guest.ts';
import { CellQueue, startCell } from '../queue/cell-queue.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';
import { CellSession } from './session.ts';

type World = Parameters<typeof fakeWorld>[0];

const PANIC = new GuestDeath('panic', 'the kernel panicked', 'Oops');
const FAIL = { status: 'fail', message: 'no' } as const;

/** Takes a session through its first test to its end; gives its state before that, and what was left. */
async function live(options: World, keep = false) {
  const world = fakeWorld({ access: { port: 1, clientKey: '', hostKey: '' }, ...options });
  const cell = fakeCell('c', ['a', 'b']);
  const queue = new CellQueue(startCell(cell).pending, 0);
  const first = queue.take(0);
  if (!first) throw new Error('the cell has tests');
  const keeper = new GuestKeeper(mkdtempSync(join(tmpdir(), 'pmemrig-session-')), () => undefined);
  const env = { ...world.environment, ...(keep && { keeper }) };
  const booted = await world.slot.boot(cell);
  const session = new CellSession({ cell, suite: world.suite, booted, ordinal: 1, slot: world.slot, queue }, env);
  const opened = await session.open(first);
  const state = opened.is === 'opened' ? await session.run(opened.suite, first) : opened;
  queue.drain();
  await session.end(state);
  const close = world.events.findLast((event) => event.type === 'test-end' && event.test === CLOSE_TEST);
  return { state: state.is, close, holds: world.slot.current !== undefined };
}

const guest = 'the guest was lost, or given up';
test.each<[string, World, boolean, object]>([
  ['a test passed', { scripts: {} }, false, { state: 'opened', close: { status: 'pass' }, holds: true }],
  ['a test failed', { scripts: { a: [FAIL] } }, false, { state: 'opened', close: { status: 'pass' }, holds: true }],
  [
    'the suite has spent it',
    { scripts: {}, spends: ['a'] },
    false,
    { state: 'spent', close: { status: 'pass' }, holds: false },
  ],
  [
    'it died',
    { scripts: { a: [PANIC] } },
    false,
    { state: 'lost', close: { status: 'skip', message: guest }, holds: false },
  ],
  [
    'its kernel complained',
    { scripts: {}, problems: { a: [{}] } },
    false,
    { state: 'lost', close: { status: 'skip', message: guest }, holds: false },
  ],
  [
    'it answered nothing after a test that failed',
    { scripts: { a: [FAIL] }, hearings: { a: new GuestDeath('stall', 'no answer', '') } },
    false,
    { state: 'lost', close: { status: 'hang', message: 'after a: no answer' }, holds: false },
  ],
  [
    'it died while the suite was set up',
    { scripts: {}, openError: PANIC },
    false,
    { state: 'lost', close: { message: 'the guest was lost while the suite was set up' }, holds: false },
  ],
  [
    'a failure in it is kept for a shell',
    { scripts: { a: [FAIL] } },
    true,
    { state: 'kept', close: { status: 'skip', message: 'its guest is kept for a shell' }, holds: false },
  ],
  [
    'it cannot hold the suite',
    { scripts: {}, openError: new SuiteSetupError('mkfs failed', '') },
    false,
    { state: 'refused', close: { status: 'skip', message: 'the suite could not be set up' }, holds: false },
  ],
])('a session whose guest is so: %s', async (_what, options, keep, end) => {
  expect(await live(options, keep)).toMatchObject(end);
});
