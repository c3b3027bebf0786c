import { expect, test } from 'vitest';
import { BOOT_TEST, type CellId, CLOSE_TEST, PMEM_TEST } from '../orchestrator/model/cell.ts';
import type { Suite } from '../orchestrator/model/suite.ts';
import { type CellOfTest, runSuites } from './support/run-suites.ts';

const CUT = 'power/cut';
const AFTER = 'power/after';
const CELL: CellOfTest = {
  id: 'bookworm/nvdimm/none/power' as CellId,
  pmem: {
    name: 'nvdimm',
    devices: [{ kind: 'nvdimm', sizeBytes: 2 ** 28, namespace: 'fsdax', labelSizeBytes: 2 * 2 ** 20 }],
  },
  // Its kind is of no matter: there is one suite for all.
  suite: { kind: 'command', name: 'power' },
  tests: [CUT, AFTER],
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
  const { events, summary } = await runSuites([CELL], () => powerSuite);
  const outcomes = summary.cells.flatMap(({ tests }) => tests.map(({ name, outcome }) => [name, outcome]));
  expect(outcomes).toEqual([BOOT_TEST, PMEM_TEST, CUT, AFTER, CLOSE_TEST].map((name) => [name, 'pass']));
  expect(events.filter(({ type }) => type === 'guest-boot')).toHaveLength(1);
  expect(events.flatMap((event) => (event.type === 'guest-control' ? [event.action] : []))).toEqual(['power-cycle']);
  expect(events.flatMap((event) => (event.type === 'guest-end' ? [event.how] : []))).toEqual(['disposed']);
  expect(events.filter(({ type }) => type === 'problem')).toEqual([]);
  expect(events).toContainEqual(expect.objectContaining({ type: 'test-end', test: AFTER, message: 'acknowledged\n' }));
});
