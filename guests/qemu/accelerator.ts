import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { InfraError, UserError } from '../../orchestrator/model/errors.ts';
import type { QemuBinary } from './find-qemu.ts';
import { composeProbePayload, PROBE_EXIT_CODE, PROBE_EXIT_PORT, PROBE_WORD } from './probe-payload.ts';

const choiceSchema = z.object({ accelerator: z.enum(['kvm', 'tcg']), reason: z.string() });

export interface AcceleratorChoice {
  readonly accelerator: 'kvm' | 'tcg';
  /** One sentence for the user. */
  readonly reason: string;
}

/**
 * With working KVM the probe takes some 0.3 s. A host whose KVM needs longer for three timer ticks and a boot sector
 * (nested, or emulated in part) leaves a Linux guest hanging.
 */
const KVM_DEADLINE_MS = 2500;
/** A busy host may miss the deadline once. */
const KVM_ATTEMPTS = 2;
const TCG_DEADLINE_MS = 30_000;

/**
 * Chooses KVM only if a small guest really ran under it, else TCG. The answer is cached by host, boot and QEMU.
 * `$PMEMRIG_ACCEL` overrides. Rejects with UserError for a bad override, with InfraError when not even TCG works.
 */
export async function probeAccelerator(options: {
  readonly qemu: QemuBinary;
  readonly cacheDir: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly kvmDeadlineMs?: number;
}): Promise<AcceleratorChoice> {
  const { qemu, cacheDir, env = process.env, kvmDeadlineMs = KVM_DEADLINE_MS } = options;
  const forced = env['PMEMRIG_ACCEL'];
  if (forced !== undefined && forced !== '') return { accelerator: parseForced(forced), reason: `$PMEMRIG_ACCEL asks for ${forced}` };

  const file = join(cacheDir, 'probes', `accelerator-${await hashHost(qemu)}.json`);
  const cached = await readCached(file);
  if (cached !== undefined) return cached;
  const choice = await chooseByBooting(qemu, kvmDeadlineMs);
  await writeCached(file, choice);
  return choice;
}

async function chooseByBooting(qemu: QemuBinary, kvmDeadlineMs: number): Promise<AcceleratorChoice> {
  const refusal = await findKvmRefusal(qemu, kvmDeadlineMs);
  if (refusal === undefined) return { accelerator: 'kvm', reason: 'KVM works: a probe guest ran under it' };
  const problem = await bootProbe(qemu, 'tcg', TCG_DEADLINE_MS);
  if (problem !== undefined) {
    throw new InfraError(`no guest can run on this host: ${refusal}; TCG: ${problem}`, {
      code: 'no-accelerator',
      remedy: 'install a QEMU built with TCG, or name one with $PMEMRIG_QEMU',
    });
  }
  return { accelerator: 'tcg', reason: `KVM refused: ${refusal}` };
}

async function findKvmRefusal(qemu: QemuBinary, deadlineMs: number): Promise<string | undefined> {
  try {
    await (await open('/dev/kvm', 'r+')).close();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return 'there is no /dev/kvm';
    if (code === 'EACCES' || code === 'EPERM') return '/dev/kvm may not be opened by this user (group kvm is missing)';
    return `/dev/kvm does not open (${String(code)})`;
  }
  let problem: string | undefined;
  for (let attempt = 1; attempt <= KVM_ATTEMPTS; attempt += 1) {
    problem = await bootProbe(qemu, 'kvm', deadlineMs);
    if (problem === undefined) return undefined;
  }
  return `/dev/kvm opens but ${problem}`;
}

/** What went wrong with the probe guest, or `undefined` if it ran to its end in time. */
async function bootProbe(qemu: QemuBinary, accelerator: 'kvm' | 'tcg', deadlineMs: number): Promise<string | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-probe-'));
  try {
    const disk = join(dir, 'boot-sector');
    await writeFile(disk, composeProbePayload());
    const result = await execa('setpriv', ['--pdeathsig', 'KILL', '--', qemu.path, ...composeProbeArgv(accelerator, disk)], {
      stdin: 'ignore',
      reject: false,
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    if (result.exitCode === PROBE_EXIT_CODE && result.stdout.includes(PROBE_WORD)) return undefined;
    if (result.timedOut) return `the probe guest did not finish in ${deadlineMs / 1000} s`;
    const firstLine = result.stderr.trim().split('\n', 1)[0];
    return `the probe guest failed: ${firstLine || result.shortMessage || `QEMU exited with status ${String(result.exitCode)}`}`;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function composeProbeArgv(accelerator: 'kvm' | 'tcg', disk: string): string[] {
  return [
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-sandbox', 'on'],
    ['-machine', 'pc', '-accel', accelerator, '-cpu', accelerator === 'kvm' ? 'host' : 'max', '-m', '64M'],
    ['-drive', `file=${disk.replaceAll(',', ',,')},format=raw,if=ide`],
    ['-chardev', 'stdio,id=serial,signal=off', '-serial', 'chardev:serial'],
    ['-device', `isa-debug-exit,iobase=${PROBE_EXIT_PORT},iosize=1`],
  ].flat();
}

function parseForced(value: string): 'kvm' | 'tcg' {
  if (value === 'kvm' || value === 'tcg') return value;
  throw new UserError(`$PMEMRIG_ACCEL is "${value}"`, { code: 'bad-accelerator', remedy: 'set it to kvm or tcg, or leave it unset' });
}

/** Another kernel, CPU, boot or QEMU may answer differently, and so may a user in the group kvm. */
async function hashHost(qemu: QemuBinary): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const facts = [bootId.trim(), release(), cpus()[0]?.model, process.getuid?.(), process.getgroups?.(), qemu.path, qemu.version];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

async function readCached(file: string): Promise<AcceleratorChoice | undefined> {
  try {
    return choiceSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

async function writeCached(file: string, choice: AcceleratorChoice): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const aside = `${file}.${process.pid}`;
  await writeFile(aside, `${JSON.stringify(choice)}\n`);
  await rename(aside, file);
}
