import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeFio } from './judge.ts';

/** Recorded from fio 3.33 in Debian guests with kernel 6.1: what `--output` wrote and what went to stderr. */
function judgeRecorded(name: string, exit: { exitCode: number | null; signal?: string }, mapSyncRefused = false) {
  const path = (suffix: string) => join(import.meta.dirname, 'testdata', `${name}.${suffix}`);
  const stderr = existsSync(path('stderr')) ? readFileSync(path('stderr'), 'utf8') : '';
  return judgeFio({
    exit: { signal: null, stderr, ...exit },
    output: readFileSync(path('json'), 'utf8'),
    mapSyncRefused,
  });
}

test('a run without errors passes with its figures', () => {
  const { status, metrics } = judgeRecorded('psync-fsync', { exitCode: 0 });
  expect(status).toBe('pass');
  expect(
    Object.fromEntries((metrics ?? []).map(({ name, value, unit }) => [name, `${Math.round(value)} ${unit}`])),
  ).toEqual({
    'read.iops': '19727 iops',
    'read.bandwidth': '80803529 bytes/s',
    'read.clat.mean': '12917 ns',
    'read.clat.p50': '10176 ns',
    'read.clat.p99': '67072 ns',
    'read.clat.p99.9': '276480 ns',
    'write.iops': '19663 iops',
    'write.bandwidth': '80541472 bytes/s',
    'write.clat.mean': '6422 ns',
    'write.clat.p50': '4704 ns',
    'write.clat.p99': '43264 ns',
    'write.clat.p99.9': '199680 ns',
    'sync.lat.mean': '10258 ns',
    'sync.lat.p50': '3184 ns',
    'sync.lat.p99': '301056 ns',
    'sync.lat.p99.9': '651264 ns',
    'cpu.usr': '30 %',
    'cpu.sys': '53 %',
  });
});

test("a job of several sections names each figure's section", () => {
  const names = judgeRecorded('libaio-verify', { exitCode: 0 }).metrics?.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['fill.write.iops', 'fill.read.iops', 'reverify.read.bandwidth']));
  expect(names).not.toContain('reverify.write.iops');
});

test("a verify error fails in fio's own words", () => {
  expect(judgeRecorded('verify-failed', { exitCode: 1 })).toEqual({
    status: 'fail',
    message:
      'crc32c: verify failed at file /mnt/a/f offset 16384, length 4096 (requested block: offset=16384, length=4096, flags=8)',
    evidence: expect.stringContaining('Expected CRC: a5666f78'),
  });
});

test('a full file system fails', () =>
  expect(judgeRecorded('no-space', { exitCode: 2 })).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('No space left on device'),
  }));

test('an error that fio says only in its JSON is named', () => {
  expect(judgeRecorded('devdax-fsync', { exitCode: 1 })).toEqual({
    status: 'fail',
    message: 'fio job section "fill" failed: error 22 (EINVAL, invalid argument)',
  });
});

test('MAP_SYNC refused by virtio-pmem is a skip, by any other device a failure', () => {
  expect(judgeRecorded('map-sync-refused', { exitCode: 1 }, true)).toMatchObject({
    status: 'skip',
    message: expect.stringContaining('virtio-pmem rightly refuses'),
  });
  expect(judgeRecorded('map-sync-refused', { exitCode: 1 })).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('error 95'),
  });
});

test('a fio that died of SIGBUS and then of itself fails with what it said first', () => {
  expect(judgeRecorded('sigbus', { exitCode: null, signal: 'ABRT' })).toMatchObject({
    status: 'fail',
    message: 'fio was ended by signal ABRT: fio: pid=708, got signal=7',
  });
});

test('an end without exit status or signal is reported as lost', () => {
  expect(judgeRecorded('psync-fsync', { exitCode: null })).toEqual({
    status: 'fail',
    message: "fio's exit status was lost",
  });
  expect(judgeRecorded('sigbus', { exitCode: null }).message).toBe(
    "fio's exit status was lost: fio: pid=708, got signal=7",
  );
});

test.each(['nan', '-nan', 'inf', '1e999'])(
  'a figure that fio gives as %s is left out, and the rest is kept',
  (figure) => {
    const output = readFileSync(join(import.meta.dirname, 'testdata', 'psync-fsync.json'), 'utf8').replaceAll(
      /("usr_cpu"|"99.000000"|"iops") : [\d.]+/g,
      `$1 : ${figure}`,
    );
    const { status, metrics = [] } = judgeFio({
      exit: { exitCode: 0, signal: null, stderr: '' },
      output,
      mapSyncRefused: false,
    });
    expect(status).toBe('pass');
    expect(metrics.every(({ value }) => Number.isFinite(value))).toBe(true);
    const names = metrics.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['read.bandwidth', 'read.clat.p50', 'cpu.sys']));
    for (const gone of ['read.iops', 'write.clat.p99', 'sync.lat.p99', 'cpu.usr']) expect(names).not.toContain(gone);
  },
);

test('a fio that wrote no JSON fails with its words', () => {
  expect(judgeRecorded('no-engine', { exitCode: 1 })).toMatchObject({
    status: 'fail',
    message: 'fio ended with exit status 1: fio: engine nonesuch not loadable',
  });
});

test('JSON that the rig cannot read after a success is not the kernel’s fault', () => {
  expect(
    judgeFio({ exit: { exitCode: 0, signal: null, stderr: '' }, output: '{\n"jobs": []\n}', mapSyncRefused: false })
      .status,
  ).toBe('infra');
});

test('a success without I/O is a failure', () => {
  const output = readFileSync(join(import.meta.dirname, 'testdata', 'map-sync-refused.json'), 'utf8').replace(
    '"error" : 95',
    '"error" : 0',
  );
  expect(judgeFio({ exit: { exitCode: 0, signal: null, stderr: '' }, output, mapSyncRefused: false })).toEqual({
    status: 'fail',
    message: 'fio did no I/O in section "stores"',
  });
});

test('text before the JSON may hold braces', () => {
  const output = `fio: warning about \${SOMETHING}\n${readFileSync(join(import.meta.dirname, 'testdata', 'psync-fsync.json'), 'utf8')}`;
  expect(judgeFio({ exit: { exitCode: 0, signal: null, stderr: '' }, output, mapSyncRefused: false }).status).toBe(
    'pass',
  );
});

function judgeCounted(name: string, edit = (text: string) => text) {
  const output = readFileSync(join(import.meta.dirname, 'testdata', `${name}.json`), 'utf8');
  return judgeFio({
    exit: { exitCode: 0, signal: null, stderr: '' },
    output: edit(output),
    mapSyncRefused: false,
    measure: 'instructions',
  });
}

test('counted, a section has one figure: the CPU time of its process over its I/Os, two nanoseconds an instruction', () => {
  // 32.0 % and 67.3 % of 2000 ms, 96586 writes.
  expect(judgeCounted('counted-mmap-randwrite')).toEqual({
    status: 'pass',
    metrics: [
      {
        name: 'write.instructions',
        value: expect.closeTo(10280.993, 2) as number,
        unit: 'instructions',
        better: 'lower',
      },
    ],
  });
  expect(
    judgeCounted('counted-mmap-randwrite', (text) => text.replace('"job_runtime"', '"runtime_of_old"')).metrics,
  ).toEqual([]);
});

test.each([
  ['psync-fsync', ['io.instructions']],
  ['libaio-verify', ['fill.io.instructions', 'reverify.read.instructions']],
])('counted, a section of %s that reads and writes has one figure of both', (recorded, names) => {
  expect(judgeCounted(recorded).metrics?.map(({ name }) => name)).toEqual(names);
});

/** Recorded sections, of which some are changed by hand. */
function judgeChanged(
  name: string,
  change: (jobs: Record<string, unknown>[]) => void,
  exitCode = 0,
  version: unknown = 'fio-3.41',
) {
  const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'testdata', `${name}.json`), 'utf8')) as {
    jobs: Record<string, unknown>[];
  };
  change(recorded.jobs);
  return judgeFio({
    exit: { signal: null, stderr: '', exitCode },
    output: JSON.stringify({ ...recorded, 'fio version': version }, null, 2),
    mapSyncRefused: false,
  });
}

test('a section that cannot be read is never a pass; the words name fio, its version, the section and the place', () => {
  expect(judgeChanged('libaio-verify', ([fill]) => void (fill && (fill['error'] = 'none')))).toEqual({
    status: 'infra',
    message: 'the JSON of fio-3.41 is not as expected: section "fill": error is "none": expected number',
  });
  expect(judgeChanged('libaio-verify', ([, second]) => void delete second?.['write'], 0, 7).message).toMatch(
    /^the JSON of fio \(of an unknown version\) is not as expected: section "\w+": write is not there: expected object$/,
  );
});

test("a section that failed is reported though another can't be read", () => {
  const result = judgeChanged(
    'libaio-verify',
    ([fill, second]) => {
      if (fill) fill['error'] = null;
      if (second) second['error'] = 5;
    },
    1,
  );
  expect(result).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/^fio job section "\w+" failed: error 5 \(EIO/) as string,
  });
});

test('a list of sections that is none is never a pass', () => {
  expect(judgeChanged('libaio-verify', (jobs) => void jobs.splice(0))).toMatchObject({
    status: 'infra',
    message: expect.stringMatching(/^fio's JSON is not as expected: jobs is \[\]: /) as string,
  });
});
