import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SERIES } from '../../../reports/testing/make-series.ts';
import { JOURNAL_VERSION, type JournalEvent, type PlannedCell, type RunEvent } from '../../model/event.ts';
import { listCutOff, readResumedRun, removeLeftovers, type ResumedRun, startCellAgain } from './resume-run.ts';
import type { RunPurpose } from '../record/run-purpose.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-resume-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const AXES = { kernel: 'k', image: 'i', pmem: 'p', filesystem: 'none', suite: 'fio' };
const matrix = {
  name: 'm',
  guest: { cpus: 1 },
  ...Object.fromEntries(
    ['kernels', 'images', 'pmem', 'filesystems', 'suites'].map((axis, index) => [
      axis,
      [{ name: Object.values(AXES)[index], ...(axis === 'suites' && { kind: 'fio' }) }],
    ]),
  ),
};
const cell = (id: string, ...tests: string[]): PlannedCell => ({
  id,
  ...AXES,
  tests: ['guest/boot', 'guest/pmem', ...tests, 'guest/close'].map((name) => ({ name, estimateSec: 1 })),
});
const start = (...cells: PlannedCell[]): RunEvent => ({
  type: 'run-start',
  runId: 'r',
  matrix: 'm',
  version: '0',
  host: 'h',
  rerun: 'pmemrig run m.yaml {filter}',
  retries: 1,
  cells,
  excluded: [],
});
const begin = (id: string, test: string, attempt = 1): RunEvent => ({
  type: 'test-start',
  cell: id,
  test,
  attempt,
  guest: 1,
});
const end = (id: string, test: string, status: 'pass' | 'fail', attempt = 1): RunEvent[] => [
  begin(id, test, attempt),
  { type: 'test-end', cell: id, test, attempt, status, durationMs: 1 },
];

async function resume(
  events: readonly RunEvent[],
  {
    tail = '',
    version = JOURNAL_VERSION,
    withMatrix = true,
    purpose,
  }: {
    readonly tail?: string;
    readonly version?: number;
    readonly withMatrix?: boolean;
    readonly purpose?: unknown;
  } = {},
): Promise<{ run: ResumedRun; events: JournalEvent[] }> {
  writeFileSync(
    join(dir, 'events.jsonl'),
    events.map((event) => `${JSON.stringify({ v: version, t: '2026-03-01T10:00:00.000Z', ...event })}\n`).join('') +
      tail,
  );
  if (withMatrix) writeFileSync(join(dir, 'run.json'), JSON.stringify({ matrix, purpose }));
  const seen: JournalEvent[] = [];
  return { run: await readResumedRun(dir, (event) => seen.push(event)), events: seen };
}

const cut = [
  start(cell('c1', 'a'), cell('c2', 'a', 'b', 'd'), cell('c3', 'a')),
  ...end('c1', 'a', 'pass'),
  { type: 'cell-end', cell: 'c1' },
  ...end('c2', 'guest/boot', 'pass', 1),
  ...end('c2', 'guest/boot', 'pass', 2),
  ...end('c2', 'a', 'fail'),
  begin('c2', 'b'),
] as const;

test('a run that was killed resumes the cells that did not end, and the tests that have no conclusive end', async () => {
  mkdirSync(join(dir, 'guests', '12'), { recursive: true });
  const { run, events } = await resume(cut, { tail: '{"v":3,"t":"20' });
  expect(run.plan.cells.map(({ id }) => id)).toEqual(['c2', 'c3']);
  expect(run.plan.cells[0]).toMatchObject({ kernel: { name: 'k' }, suite: { name: 'fio' }, guest: { cpus: 1 } });
  const starts = run.plan.cells.map((one) =>
    startCellAgain(one, run.past, { retries: 1, repeat: 1 }, 1, run.past.cells.get(one.id)?.guests ?? 0),
  );
  expect(
    starts.map(({ guests, pending }) => [
      guests,
      pending.map(({ test: { name }, attempt, failed }) => [name, attempt, failed]),
    ]),
  ).toEqual([
    [
      2,
      [
        ['a', 2, 1],
        ['b', 2, 0],
        ['d', 1, 0],
      ],
    ],
    [0, [['a', 1, 0]]],
  ]);
  expect(listCutOff(run.past)).toEqual(['c2 b#1']);
  expect(run.lastGuest).toBe(12);
  expect(run.torn).toMatch(/the last line was torn/);
  expect(events).toHaveLength(cut.length + 1);
});

test('a run that repeats its tests resumes the round that was cut off, and then the rounds that are left', async () => {
  const round = (id: string, attempt: number): RunEvent[] => [
    ...end(id, 'a', 'pass', attempt),
    ...end(id, 'b', 'fail', attempt),
    { type: 'cell-end', cell: id },
  ];
  const cells = ['c1', 'c2', 'c3'].map((id) => cell(id, 'a', 'b'));
  const { run } = await resume([
    { ...start(...cells), repeat: 2 } as RunEvent,
    ...round('c1', 1),
    ...round('c2', 1),
    ...round('c3', 1),
    ...round('c1', 2),
    ...end('c2', 'a', 'pass', 2),
    begin('c2', 'b', 2),
  ]);
  expect(run.plan.cells.map(({ id }) => id)).toEqual(['c2', 'c3']);
  expect(
    run.plan.cells.map((one) =>
      startCellAgain(one, run.past, { retries: 0, repeat: 2 }, 2, 3).pending.map(
        ({ test: { name }, attempt }) => `${name}#${attempt}`,
      ),
    ),
  ).toEqual([['b#3'], ['a#2', 'b#2']]);
});

test('an interrupted run, and one that the rig gave up, can be resumed', async () => {
  for (const reason of ['interrupted', 'infra', 'user'] as const)
    expect((await resume([...cut, { type: 'run-end', reason }])).run.plan.cells).toHaveLength(2);
});

test('what a run was made for is read again as it was written', async () => {
  const purpose: RunPurpose = {
    kind: 'series',
    whole: false,
    series: SERIES,
    command: 'pmemrig series fix.mbox --base linux',
    mail: '/home/me/reply.txt',
  };
  expect((await resume(cut, { purpose })).run.purpose).toEqual(purpose);
  expect((await resume(cut)).run).not.toHaveProperty('purpose');
});

test.each([
  ['has finished', [...cut, { type: 'run-end', reason: 'finished' }] as RunEvent[], {}, 'run-finished'],
  ['an older pmemrig made', [start()], { version: 2 }, 'old-journal'],
  ['a newer pmemrig made', [start()], { version: JOURNAL_VERSION + 1 }, 'newer-journal'],
  ['never began', [], {}, 'empty-journal'],
  ['has lost its run.json', cut, { withMatrix: false }, 'no-run-file'],
  ['has a run.json of another', [start({ ...cell('c', 'a'), kernel: 'other' })], {}, 'no-run-file'],
  ['was made for what nobody knows', cut, { purpose: { kind: 'horoscope', whole: true } }, 'unknown-purpose'],
])('a run that %s is refused', async (_, events, options, code) => {
  await expect(resume(events, options)).rejects.toMatchObject({ name: 'UserError', code });
});

test('the pmem files of guests that nobody ended are removed, their logs are not', async () => {
  const guest = join(dir, 'guests', '1');
  mkdirSync(guest, { recursive: true });
  for (const file of ['pmem0.img', 'results.img', 'initrd.cpio', 'console.log', 'qemu.json'])
    writeFileSync(join(guest, file), '');
  await removeLeftovers(dir);
  expect(
    ['pmem0.img', 'results.img', 'initrd.cpio', 'console.log', 'qemu.json'].filter((file) =>
      existsSync(join(guest, file)),
    ),
  ).toEqual(['console.log', 'qemu.json']);
});
