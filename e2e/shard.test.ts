import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { results, rig, startRig, Workspace } from './support/rig.ts';

/** As many machines as there are shards, and one that puts them together. */
const [one, two, workspace] = [new Workspace(), new Workspace(), new Workspace()];
afterAll(() => {
  for (const each of [one, two, workspace]) each[Symbol.dispose]();
});

const matrix = join(workspace.dir, 'shard.yaml');
writeFileSync(
  matrix,
  `version: 1
name: shard
guest: { cpus: 1, memory: 1G }
kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem:
  - { name: nvdimm, devices: [{ kind: nvdimm, size: 128M }] }
  - { name: virtio-blk, devices: [{ kind: virtio-blk, size: 64M }] }
suites: [{ name: quick, kind: command, run: [uname] }]
`,
);

test('two machines run a shard each, and merged they are one run with all its reports', async () => {
  const shards = await Promise.all(
    [one, two].map(async (machine, index) => rig(['run', matrix, '--shard', `${index + 1}/2`, '-j', '1'], machine)),
  );
  expect(shards.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(shards.map(({ events }) => results(events))).toEqual(
    shards.map(() => ['guest/boot#1 pass', 'guest/pmem#1 pass', 'quick/uname#1 pass', 'guest/close#1 pass']),
  );

  const alone = await rig(['merge', shards[1]?.dir ?? ''], workspace);
  expect(alone.exitCode).toBe(3);
  expect(alone.stdout).toContain('shard 1/2 is not among the merged runs');

  const merged = await startRig(['merge', ...shards.map(({ dir }) => dir), '--into', 'whole'], workspace);
  expect(merged.stderr).toBe('');
  expect(merged.exitCode).toBe(0);
  const dir = join(workspace.runs, 'whole');
  for (const guest of ['1', '2']) expect(existsSync(join(dir, 'guests', guest, 'console.log'))).toBe(true);
  const xml = readFileSync(join(dir, 'junit.xml'), 'utf8');
  expect(
    [...xml.matchAll(/<testsuite name="([^"]+)"[^>]* tests="4" failures="0" errors="0" skipped="0"/g)].map(
      ([, name]) => name,
    ),
  ).toEqual(['debian-6.1/nvdimm/quick', 'debian-6.1/virtio-blk/quick']);

  const again = await startRig(['merge', shards[0]?.dir ?? '', dir], workspace);
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toMatch(/both .* have the cell debian-6\.1\//);
});
