import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { probeAccelerator } from '../guests/qemu/accelerator.ts';
import { findQemu } from '../guests/qemu/find-qemu.ts';
import { collectHostFacts } from '../orchestrator/host/facts.ts';
import { BOOT_TEST, CLOSE_TEST, type Cell, type CellId, PMEM_TEST } from '../orchestrator/model/cell.ts';
import type { JournalEvent } from '../orchestrator/model/event.ts';
import type { PrepareExecutor } from '../orchestrator/model/executor.ts';
import type { Matrix } from '../orchestrator/model/matrix.ts';
import { cacheDir } from '../orchestrator/model/paths.ts';
import type { Suite } from '../orchestrator/model/suite.ts';
import { LocalExecutor } from '../orchestrator/run/executor/local-executor.ts';
import { reserveFromPrepared } from '../orchestrator/run/guest/reserve-guest.ts';
import { prepareAll } from '../orchestrator/run/prepare/prepare.ts';
import { openRunFolder } from '../orchestrator/run/record/run-folder.ts';
import { runMatrix } from '../orchestrator/run/run-matrix.ts';
import { RunFold } from '../reports/fold/fold.ts';
import { parseJournalLine } from '../reports/journal/journal-line.ts';

const CUT = 'power/cut';
const AFTER = 'power/after';
const CELL: Cell = {
  id: 'bookworm/nvdimm/none/power' as CellId,
  kernel: { kind: 'debian', name: 'bookworm', release: 'bookworm', flavour: 'amd64' },
  image: { kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] },
  pmem: {
    name: 'nvdimm',
    devices: [{ kind: 'nvdimm', sizeBytes: 2 ** 28, namespace: 'fsdax', labelSizeBytes: 2 * 2 ** 20 }],
  },
  filesystem: { name: 'none', type: 'none', mountOptions: '', mkfsOptions: [] },
  // Its kind is of no matter: the executor below has one suite for all.
  suite: { kind: 'command', name: 'power' },
  guest: { cpus: 2, memoryBytes: 2 ** 30, append: [] },
  tests: [BOOT_TEST, PMEM_TEST, CUT, AFTER, CLOSE_TEST].map((name) => ({ name, estimateSec: 1 })),
};

const MOUNT = 'mkdir -p /mnt/pmem && mount -o dax=always /dev/pmem0 /mnt/pmem';

/** Writes with fsync, takes the power away, and looks for what was written. */
const powerSuite: Suite = {
  kind: 'command',
  needsFreshGuest: true,
  needsHostControl: true,
  plan: () => [],
  open: async ({ guest, host }) => ({
    testTimeoutMs: () => 300_000,
    run: async ({ name }) => {
      if (name === AFTER) return { status: 'pass', message: (await guest.exec('cat /mnt/pmem/file')).stdout };
      await guest.exec(
        `mkfs.ext4 -q -b 4096 /dev/pmem0 && ${MOUNT} && echo acknowledged > /mnt/pmem/file && sync /mnt/pmem/file`,
      );
      const power = await host?.powerCycle();
      const { stdout } = await guest.exec(`${MOUNT} && cat /mnt/pmem/file`);
      const found = stdout === 'acknowledged\n' && power?.problems.length === 0;
      return found ? { status: 'pass' } : { status: 'fail', message: [stdout, ...(power?.problems ?? [])].join('; ') };
    },
    close: async () => void (await guest.exec('umount /mnt/pmem')),
  }),
};

test('a run whose test takes the power away goes on in the same guest, and its journal has no crash', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-power-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const folder = openRunFolder(dir);
  const qemu = await findQemu();
  const accelerator = await probeAccelerator({ qemu, cacheDir: cacheDir() });
  const host = await collectHostFacts({ cacheDir: cacheDir(), runsDir: dir });
  const prepareExecutor: PrepareExecutor = async (preparation) =>
    new LocalExecutor({
      suiteFor: () => powerSuite,
      reserve: reserveFromPrepared({
        folder,
        qemu,
        accelerator,
        capacity: { memoryBytes: host.memoryAvailableBytes, cores: host.cores },
        log: () => undefined,
        prepared: await prepareAll({ ...preparation, cacheDir: cacheDir() }),
      }),
      artifactsOf: (cell) => folder.artifactsOf(cell),
      buildCanary: () => Promise.reject(new Error('nothing is planted')),
      buildGuestTool: () => Promise.reject(new Error('no program is needed')),
    });
  await runMatrix({
    matrix: { name: 'power', known: [] } as unknown as Matrix,
    plan: { cells: [CELL], excluded: [] },
    folder,
    version: '0',
    qemu,
    accelerator,
    host,
    retries: 0,
    split: 1,
    repeat: 1,
    rerun: '',
    usual: new Map(),
    prepareExecutor,
    signal: new AbortController().signal,
    onEvent: () => undefined,
    log: () => undefined,
  });

  const events: JournalEvent[] = readFileSync(join(dir, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line, index) => parseJournalLine(line, 'events.jsonl', index + 1) ?? []);
  const fold = new RunFold();
  for (const event of events) fold.apply(event);
  const outcomes = fold.summarize().cells.flatMap(({ tests }) => tests.map(({ name, outcome }) => [name, outcome]));
  expect(outcomes).toEqual([BOOT_TEST, PMEM_TEST, CUT, AFTER, CLOSE_TEST].map((name) => [name, 'pass']));
  expect(events.filter(({ type }) => type === 'guest-boot')).toHaveLength(1);
  expect(events.flatMap((event) => (event.type === 'guest-control' ? [event.action] : []))).toEqual(['power-cycle']);
  expect(events.flatMap((event) => (event.type === 'guest-end' ? [event.how] : []))).toEqual(['disposed']);
  expect(events.filter(({ type }) => type === 'problem')).toEqual([]);
  expect(events).toContainEqual(expect.objectContaining({ type: 'test-end', test: AFTER, message: 'acknowledged\n' }));
});
