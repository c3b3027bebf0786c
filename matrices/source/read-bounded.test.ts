import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeError } from '../../orchestrator/model/errors.ts';
import { loadMatrix } from '../load.ts';
import { readBounded } from './read-bounded.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pmemrig-bounded-'));
});
afterAll(() => rm(dir, { recursive: true }));

function makeFifo(name: string): string {
  const path = join(dir, name);
  execFileSync('mkfifo', [path]);
  return path;
}

test('a pipe into which nobody writes is given up', async () => {
  const path = makeFifo('silent');
  await expect(readBounded(path, 100, 200)).rejects.toThrow(
    expect.objectContaining({ code: 'silent-pipe', message: 'nothing came out of this pipe for 0.2 s' }),
  );
});

test('one that is open and says nothing, too', async () => {
  const path = makeFifo('open');
  const writer = spawn('sh', ['-c', `exec sleep 60 > ${path}`]);
  await expect(readBounded(path, 100, 300)).rejects.toThrow(expect.objectContaining({ code: 'silent-pipe' }));
  writer.kill('SIGKILL');
});

test('what a program writes bit by bit is read whole, and again by the next who asks', async () => {
  const path = makeFifo('slow');
  spawn('sh', ['-c', `{ echo one; sleep 0.3; echo two; } > ${path}`]);
  expect((await readBounded(path, 100)).toString()).toBe('one\ntwo\n');
  expect((await readBounded(path, 100)).toString()).toBe('one\ntwo\n');
});

test('a pipe without a name whose writer is gone is empty at once', async () => {
  const reader = spawn('bash', ['-c', 'exec sleep 60 < <(true)']);
  const path = `/proc/${reader.pid}/fd/0`;
  while (!(await readlink(path)).startsWith('pipe:')) await sleep(5);
  expect(await readBounded(path, 100, 2 ** 30)).toHaveLength(0);
  reader.kill('SIGKILL');
});

test('of a pipe that never ends one byte more than allowed is read', async () => {
  const path = makeFifo('endless');
  const writer = spawn('sh', ['-c', `exec yes > ${path}`]);
  expect(await readBounded(path, 100_000)).toHaveLength(100_001);
  writer.kill('SIGKILL');
});

test('a file and /dev/zero are read to the same bound', async () => {
  await writeFile(join(dir, 'file'), 'abc');
  expect((await readBounded(join(dir, 'file'), 100)).toString()).toBe('abc');
  expect(await readBounded('/dev/zero', 100)).toHaveLength(101);
});

test('a matrix that comes through a pipe is a matrix', async () => {
  const path = makeFifo('matrix.yaml');
  await writeFile(
    join(dir, 'text'),
    'version: 1\nname: piped\nkernels: [{ name: k, debian: { release: bookworm } }]\npmem: [{ name: p, devices: [{ kind: nvdimm, size: 64M }] }]\nsuites: [{ name: fio }]\n',
  );
  spawn('sh', ['-c', `cat ${join(dir, 'text')} > ${path}`]);
  expect(
    await loadMatrix(path, { env: {}, offered: { fio: [] } }).then(({ matrix }) => matrix.name, describeError),
  ).toBe('piped');
});
