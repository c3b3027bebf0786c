import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { JournalEvent } from '../orchestrator/model/event.ts';
import { rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const matrix = join(workspace.dir, 'split.yaml');
writeFileSync(
  matrix,
  `version: 1
name: split
guest: { cpus: 1, memory: 1G }
kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 128M }] }]
filesystems: [{ name: ext4-dax, type: ext4, mount: dax=always }]
suites: [{ name: fio, jobs: [dax-mmap-read, dax-mmap-verify, dax-psync-fsync, dax-psync-verify], runtime: 4s, size: 16M }]
`,
);

/** `test status` of all tests, the same from run to run. */
function outcomes(events: readonly JournalEvent[]): string[] {
  return [
    ...new Set(events.flatMap((event) => (event.type === 'test-end' ? [`${event.test} ${event.status}`] : []))),
  ].toSorted();
}

test('the tests of one cell run in two guests side by side, with the same results as in one', async () => {
  const one = await rig(['run', matrix], workspace);
  const two = await rig(['run', matrix, '--split', '2', '-j', '2'], workspace);
  expect([one.exitCode, two.exitCode]).toEqual([0, 0]);
  expect(outcomes(two.events)).toEqual(outcomes(one.events));

  const starts = two.events.flatMap((event) =>
    event.type === 'test-start' && event.test.startsWith('fio/') ? [event] : [],
  );
  expect(starts).toHaveLength(4);
  expect(new Set(starts.map(({ guest }) => guest))).toEqual(new Set([1, 2]));
  for (const guest of [1, 2]) expect(existsSync(join(two.dir, 'guests', String(guest), 'console.log'))).toBe(true);
  expect(
    two.events.flatMap((event) => (event.type === 'test-end' && event.test === 'guest/close' ? [event.attempt] : [])),
  ).toHaveLength(2);
  const artifacts = two.events.flatMap((event) => (event.type === 'test-end' ? (event.artifacts ?? []) : []));
  expect(new Set(artifacts).size).toBe(artifacts.length);
});
