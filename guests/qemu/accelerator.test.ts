import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { probeAccelerator, requireTcg } from './accelerator.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-accelerator-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A stand-in for QEMU: `case` on the accelerator it is asked for. It leaves a trace of each start. */
function fakeQemu(cases: string) {
  const path = join(dir, 'qemu');
  writeFileSync(
    path,
    `#!/bin/sh\necho x >> ${dir}/started\nwhile [ "$1" != -accel ]; do shift; done\ncase $2 in\n${cases}\nesac\n`,
  );
  chmodSync(path, 0o755);
  return { path, version: '7.2.0' };
}

const RUNS = "printf 'OK'; exit 33";
const probe = (qemu: { path: string; version: string }, env: NodeJS.ProcessEnv = {}) =>
  probeAccelerator({ qemu, cacheDir: join(dir, 'cache'), env });

test('$PMEMRIG_ACCEL is obeyed without a probe', async () => {
  expect(await probe(fakeQemu(`*) exit 1;;`), { PMEMRIG_ACCEL: 'kvm' })).toEqual({
    accelerator: 'kvm',
    reason: '$PMEMRIG_ACCEL asks for kvm',
    forced: true,
  });
  expect(existsSync(join(dir, 'started'))).toBe(false);
});

test('an unknown $PMEMRIG_ACCEL is the fault of the user', async () => {
  await expect(probe(fakeQemu(`*) exit 1;;`), { PMEMRIG_ACCEL: 'hvf' })).rejects.toMatchObject({
    name: 'UserError',
    code: 'bad-accelerator',
    message: '$PMEMRIG_ACCEL is "hvf"',
  });
});

test('when not even TCG runs a guest, both reasons are reported', async () => {
  const qemu = fakeQemu(`*) echo "invalid accelerator $2" >&2; exit 1;;`);
  await expect(probe(qemu)).rejects.toMatchObject({
    name: 'InfraError',
    code: 'no-accelerator',
    message: expect.stringContaining('TCG: the probe guest failed: invalid accelerator tcg') as string,
  });
});

test('the answer is kept, and a damaged one is found out anew', async () => {
  const qemu = fakeQemu(`*) ${RUNS};;`);
  const first = await probe(qemu);
  const probes = join(dir, 'cache', 'probes');
  const file = readdirSync(probes).find((name) => name.startsWith('accelerator-')) ?? '';
  rmSync(join(dir, 'started'));
  expect(await probe(qemu)).toEqual(first);
  expect(existsSync(join(dir, 'started'))).toBe(false);

  mkdirSync(probes, { recursive: true });
  writeFileSync(join(probes, file), '{"accelerator":"warp"}');
  expect(await probe(qemu)).toEqual(first);
  expect(existsSync(join(dir, 'started'))).toBe(true);
});

/** Makes the cached answer one hour older than it is, with another accelerator. */
function age(accelerator: 'kvm' | 'tcg') {
  const probes = join(dir, 'cache', 'probes');
  const file = join(probes, readdirSync(probes).find((name) => name.startsWith('accelerator-')) ?? '');
  const cached = JSON.parse(readFileSync(file, 'utf8')) as { probedAt: number };
  writeFileSync(file, JSON.stringify({ accelerator, reason: 'cached', probedAt: cached.probedAt - 3_600_000 }));
}

test('that KVM was refused is asked again after an hour, that it works is not', async () => {
  const qemu = fakeQemu(`*) ${RUNS};;`);
  await probe(qemu);
  age('kvm');
  expect((await probe(qemu)).reason).toBe('cached');
  age('tcg');
  expect((await probe(qemu)).reason).not.toBe('cached');
});

test('the boot sector of the probe stays in the cache, and nothing else anywhere', async () => {
  const seen = join(dir, 'seen');
  const qemu = fakeQemu(`*) ls "$TMPDIR" > ${seen}; ${RUNS};;`);
  vi.stubEnv('TMPDIR', mkdtempSync(join(dir, 'tmp-')));
  await probe(qemu);
  vi.unstubAllEnvs();
  expect(readFileSync(seen, 'utf8')).toBe('');
  expect(readdirSync(join(dir, 'cache', 'probes')).map((name) => name.replace(/-[0-9a-f]{16}/, ''))).toEqual([
    'accelerator.json',
    'boot-sector',
  ]);
});

test.skipIf(!existsSync('/dev/kvm'))('a QEMU that fails or hangs under KVM is refused with the reason', async () => {
  const broken = await probe(fakeQemu(`kvm) echo 'failed to set MSR 0x10a' >&2; exit 134;;\n*) ${RUNS};;`));
  expect(broken.accelerator).toBe('tcg');
  expect(broken.reason).toMatch(/^KVM refused: /);

  const hanging = await probeAccelerator({
    qemu: fakeQemu(`kvm) exec sleep 60;;\n*) ${RUNS};;`),
    cacheDir: join(dir, 'other'),
    env: {},
    kvmDeadlineMs: 200,
  });
  expect(hanging.reason).toMatch(/the probe guest did not finish in 0\.2 s|may not be opened/);
});

const beside = (cases: string) => ({ qemu: fakeQemu(cases), cacheDir: join(dir, 'cache') });

test('beside KVM, TCG is tried before guests count their instructions by it', async () => {
  const kvm = { accelerator: 'kvm', reason: 'KVM works' } as const;
  await requireTcg(kvm, beside(`tcg) ${RUNS};;`));
  await expect(requireTcg(kvm, beside(`tcg) echo 'invalid accelerator tcg' >&2; exit 1;;`))).rejects.toMatchObject({
    name: 'InfraError',
    code: 'no-tcg',
    message: 'measure: instructions needs TCG: the probe guest failed: invalid accelerator tcg',
  });
  await expect(requireTcg({ ...kvm, forced: true }, beside(`tcg) ${RUNS};;`))).rejects.toMatchObject({
    name: 'UserError',
    code: 'counting-under-kvm',
  });
  await requireTcg({ accelerator: 'tcg', reason: 'probed' }, beside('*) exit 1;;'));
});
