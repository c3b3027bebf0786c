import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HostFacts } from '../../host/facts.ts';
import type { JournalEvent } from '../../model/event.ts';
import type { Executor } from '../../model/executor.ts';
import type { Matrix } from '../../model/matrix.ts';
import { openRunFolder } from '../record/run-folder.ts';
import { runMatrix } from '../run-matrix.ts';
import { ChildExecutor } from '../testing/child-executor.ts';
import { cellsOf, KNOWN, meansOf, type Scenario } from '../testing/executor-scenarios.ts';
import { LocalExecutor } from './local-executor.ts';

/** What differs between any two runs: when, and how long. */
const TIMES: ReadonlySet<string> = new Set(['t', 'up', 'durationMs', 'bootMs', 'waitedMs', 'phases']);

interface Ended {
  readonly journal: readonly JournalEvent[];
  /** Each file below `cells/` with what it holds. */
  readonly files: Readonly<Record<string, string>>;
  readonly error: unknown;
}

/** Files of kernel problems are counted by the process, here over all tests. */
const withoutCount = (text: string): string => text.replaceAll(/(\/problems\/\d+)-\d+-/g, '$1-N-');

/** Runs a scenario to its end; its journal without times, what was kept, and what the run failed for. */
async function run(
  scenario: Scenario,
  start: (scenario: Scenario, runDir: string) => Executor,
  { repeat = 1, stopAfter = '' } = {},
): Promise<Ended> {
  const dir = join(mkdtempSync(join(tmpdir(), 'pmemrig-executor-')), 'run');
  mkdirSync(dir);
  const stop = new AbortController();
  const error = await runMatrix({
    matrix: { name: 'm', known: KNOWN } as unknown as Matrix,
    plan: { cells: cellsOf(scenario), excluded: [] },
    folder: openRunFolder(dir),
    version: '0',
    qemu: { path: 'qemu', version: '7.2' },
    accelerator: { accelerator: 'kvm', reason: '' },
    host: { os: 'Debian', cores: 1, memoryAvailableBytes: 2 ** 40 } as HostFacts,
    retries: 1,
    split: 1,
    repeat,
    rerun: '',
    jobs: 1,
    usual: new Map([['k/nvdimm/fio', new Map([['fio/a', 12.5]])]]),
    prepareExecutor: async () => start(scenario, dir),
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'test-start' && event.test === stopAfter) stop.abort('stopping');
    },
    log: () => undefined,
  }).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  const lines = withoutCount(readFileSync(join(dir, 'events.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n');
  const kept = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return {
    journal: lines.map(
      (line) => JSON.parse(line, (key, value: unknown) => (TIMES.has(key) ? undefined : value)) as JournalEvent,
    ),
    files: Object.fromEntries(
      kept
        .map(({ parentPath, name }) => join(parentPath, name))
        .filter((path) => path.startsWith(join(dir, 'cells')))
        .map((path) => [withoutCount(path.slice(dir.length + 1)), readFileSync(path, 'utf8')]),
    ),
    error,
  };
}

const here = (scenario: Scenario, runDir: string): Executor => new LocalExecutor(meansOf(scenario, runDir));

async function runInChild(scenario: Scenario, options?: Parameters<typeof run>[2]): Promise<Ended> {
  let child: ChildExecutor | undefined;
  try {
    return await run(scenario, (of, runDir) => (child = new ChildExecutor(of, runDir)), options);
  } finally {
    await child?.[Symbol.asyncDispose]();
  }
}

test('a whole run through JSON and another process leaves the journal and the files of one in this process', async () => {
  const [local, child] = [await run('eventful', here, { repeat: 2 }), await runInChild('eventful', { repeat: 2 })];
  expect(child).toEqual(local);
  // That they are alike says something: guests died, kernels complained, files were kept.
  expect(child.journal.at(-1)).toMatchObject({ type: 'run-end', reason: 'finished' });
  expect(child.journal.filter(({ type }) => type === 'cell-end')).toHaveLength(2 * 3);
  expect(child.journal).toContainEqual(expect.objectContaining({ type: 'guest-end', how: 'panic' }));
  expect(child.journal).toContainEqual(expect.objectContaining({ type: 'problem', known: { reason: 'an old one' } }));
  expect(Object.keys(child.files).filter((file) => file.includes('/problems/'))).not.toEqual([]);
  expect(child.files['cells/k+nvdimm+fio/fio-a.1.log']).toBe('usual: 12.5');
  expect(child.files['cells/k+nvdimm+more/fio-a.1.log']).toBe('usual: undefined');
  // The controller numbers the guests of all orders and rounds.
  const guests = child.journal.flatMap((event) => (event.type === 'guest-boot' ? [event.guest] : []));
  expect(guests.length).toBeGreaterThan(5);
  expect(guests).toEqual([...new Set(guests)].toSorted((one, other) => one - other));
});

test("a user's error in another process stops the run and names the same remedy", async () => {
  const [local, child] = [await run('refused', here), await runInChild('refused')];
  expect(child.journal).toEqual(local.journal);
  expect(child.journal.at(-1)).toMatchObject({ type: 'run-end', reason: 'user' });
  expect(child.error).toMatchObject({ name: 'UserError', code: 'kernel-not-bootable', remedy: 'name another' });
});

test('an interruption reaches the guests of another process, and is the end of the run', async () => {
  const [local, child] = [
    await run('endless', here, { stopAfter: 'fio/b' }),
    await runInChild('endless', { stopAfter: 'fio/b' }),
  ];
  expect(child.journal).toEqual(local.journal);
  expect(child.error).toBeUndefined();
  expect(child.journal.slice(-3)).toMatchObject([
    { type: 'note', text: 'stopping' },
    { type: 'guest-end', guest: 1, how: 'disposed' },
    { type: 'run-end', reason: 'interrupted' },
  ]);
});
