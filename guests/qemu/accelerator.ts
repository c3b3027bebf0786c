import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { InfraError, UserError } from '../../orchestrator/model/errors.ts';
import { makeDir } from '../../orchestrator/model/make-dir.ts';
import { writeWhole } from '../../orchestrator/model/write-whole.ts';
import { GUEST_ARCH } from '../arch/architectures.ts';
import type { QemuBinary } from './find-qemu.ts';
import { splitQemuWords } from './own-words.ts';

const PROBE = GUEST_ARCH.probe;

const cachedSchema = z.object({ accelerator: z.enum(['kvm', 'tcg']), reason: z.string(), probedAt: z.number() });

export interface AcceleratorChoice {
  readonly accelerator: 'kvm' | 'tcg';
  /** One sentence for the user. */
  readonly reason: string;
  /** The user has the last word. */
  readonly forced?: true;
}

/**
 * With working KVM the probe takes some 0.3 s. A host whose KVM needs longer for three timer ticks and a boot sector
 * (nested, or emulated in part) leaves a Linux guest hanging.
 */
const KVM_DEADLINE_MS = 2500;
/** A busy host may miss the deadline once. */
const KVM_ATTEMPTS = 2;
const TCG_DEADLINE_MS = 30_000;
/** What KVM was refused for may have been a busy host; that it worked is true until the next boot. */
const REFUSAL_LASTS_MS = 60 * 60_000;

/**
 * Chooses KVM only if a small guest really ran under it, else TCG. The answer is cached by host, boot, QEMU and the
 * rights on /dev/kvm; a refusal for an hour. `$PMEMRIG_ACCEL` overrides. Rejects with UserError for a bad override,
 * with InfraError when not even TCG works.
 */
export async function probeAccelerator(options: {
  readonly qemu: QemuBinary;
  readonly cacheDir: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly kvmDeadlineMs?: number;
}): Promise<AcceleratorChoice> {
  const { qemu, cacheDir, env = process.env, kvmDeadlineMs = KVM_DEADLINE_MS } = options;
  const forced = env['PMEMRIG_ACCEL'];
  if (forced !== undefined && forced !== '')
    return { accelerator: parseForced(forced), reason: `$PMEMRIG_ACCEL asks for ${forced}`, forced: true };

  const file = join(cacheDir, 'probes', `accelerator-${await hashHost(qemu)}.json`);
  const cached = await readCached(file);
  if (cached !== undefined) return cached;
  const choice = await withBootSector(cacheDir, async (bootSector) =>
    chooseByBooting({ qemu, bootSector, kvmDeadlineMs }),
  );
  // A cache that takes nothing costs the next run another probe.
  await replaceFile(file, `${JSON.stringify({ ...choice, probedAt: Date.now() })}\n`).catch(() => undefined);
  return choice;
}

/**
 * Makes sure that guests which count their instructions can run beside those of the chosen accelerator.
 * Rejects with UserError where the user forbids TCG, with InfraError where it does not work.
 */
export async function requireTcg(
  { accelerator, forced }: AcceleratorChoice,
  { qemu, cacheDir }: { readonly qemu: QemuBinary; readonly cacheDir: string },
): Promise<void> {
  if (accelerator === 'tcg') return;
  if (forced) {
    throw new UserError('measure: instructions needs TCG, and $PMEMRIG_ACCEL asks for kvm', {
      code: 'counting-under-kvm',
      remedy: 'leave it unset: only the guests that count then run under TCG',
    });
  }
  const problem = await withBootSector(cacheDir, async (bootSector) =>
    bootProbe({ qemu, bootSector, kvmDeadlineMs: 0 }, 'tcg', TCG_DEADLINE_MS),
  );
  if (problem === undefined) return;
  throw new InfraError(`measure: instructions needs TCG: ${problem}`, {
    code: 'no-tcg',
    remedy: 'install a QEMU built with TCG, or name one with $PMEMRIG_QEMU',
  });
}

interface Probe {
  readonly qemu: QemuBinary;
  readonly bootSector: string;
  readonly kvmDeadlineMs: number;
}

async function chooseByBooting(probe: Probe): Promise<AcceleratorChoice> {
  const refusal = await findKvmRefusal(probe);
  if (refusal === undefined) return { accelerator: 'kvm', reason: 'KVM works: a probe guest ran under it' };
  const problem = await bootProbe(probe, 'tcg', TCG_DEADLINE_MS);
  if (problem !== undefined) {
    throw new InfraError(`no guest can run on this host: ${refusal}; TCG: ${problem}`, {
      code: 'no-accelerator',
      remedy: 'install a QEMU built with TCG, or name one with $PMEMRIG_QEMU',
    });
  }
  return { accelerator: 'tcg', reason: `KVM refused: ${refusal}` };
}

async function findKvmRefusal(probe: Probe): Promise<string | undefined> {
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
    problem = await bootProbe(probe, 'kvm', probe.kvmDeadlineMs);
    if (problem === undefined) return undefined;
  }
  return `/dev/kvm opens but ${problem}`;
}

/** What went wrong with the probe guest, or `undefined` if it ran to its end in time. */
async function bootProbe(
  { bootSector, qemu }: Probe,
  accelerator: 'kvm' | 'tcg',
  deadlineMs: number,
): Promise<string | undefined> {
  const result = await execa(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', qemu.path, ...composeProbeArgv(accelerator, bootSector)],
    {
      stdin: 'ignore',
      reject: false,
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    },
  );
  if (result.exitCode === PROBE.exitCode && result.stdout.includes(PROBE.word)) return undefined;
  if (result.timedOut) return `the probe guest did not finish in ${deadlineMs / 1000} s`;
  const firstLine = splitQemuWords(result.stderr).errors[0]?.split('\n', 1)[0];
  return `the probe guest failed: ${firstLine || result.shortMessage || `QEMU exited with status ${String(result.exitCode)}`}`;
}

function composeProbeArgv(accelerator: 'kvm' | 'tcg', disk: string): string[] {
  const { machineType, qemu } = GUEST_ARCH;
  return [
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-sandbox', 'on'],
    ['-machine', machineType.name, '-accel', accelerator, '-cpu', qemu.cpu[accelerator], '-m', '64M'],
    // Others may probe at the same time, and IDE disks are never read-only; the payload writes nothing.
    ['-drive', `file.filename=${disk.replaceAll(',', ',,')},file.locking=off,format=raw,if=${PROBE.diskInterface}`],
    ['-chardev', 'stdio,id=serial,signal=off', '-serial', 'chardev:serial'],
    ['-device', PROBE.exitDevice],
  ].flat();
}

function parseForced(value: string): 'kvm' | 'tcg' {
  if (value === 'kvm' || value === 'tcg') return value;
  throw new UserError(`$PMEMRIG_ACCEL is "${value}"`, {
    code: 'bad-accelerator',
    remedy: 'set it to kvm or tcg, or leave it unset',
  });
}

/** Another kernel, CPU, boot or QEMU may answer differently, and so may other rights on /dev/kvm or another user. */
async function hashHost(qemu: QemuBinary): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const node = await stat('/dev/kvm').then(
    ({ gid, mode, uid }) => [gid, mode, uid],
    () => undefined,
  );
  const payload = Buffer.from(PROBE.payload()).toString('base64');
  const facts = [
    payload,
    bootId.trim(),
    release(),
    cpus()[0]?.model,
    process.getuid?.(),
    process.getgroups?.(),
    node,
    qemu.path,
    qemu.version,
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

async function readCached(file: string): Promise<AcceleratorChoice | undefined> {
  try {
    const { probedAt, ...choice } = cachedSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const ageMs = Date.now() - probedAt;
    // A clock that was set back makes no answer last longer.
    return choice.accelerator === 'kvm' || (ageMs >= 0 && ageMs < REFUSAL_LASTS_MS) ? choice : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Kept in the cache, like the answers: nothing is left behind in odd places, however the probe ends. A cache that takes
 * nothing is not needed for it.
 */
async function withBootSector<T>(cacheDir: string, body: (path: string) => Promise<T>): Promise<T> {
  const kept = join(cacheDir, 'probes', 'boot-sector');
  const isKept = await replaceFile(kept, PROBE.payload()).then(
    () => true,
    () => false,
  );
  if (isKept) return body(kept);
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-probe-'));
  try {
    const path = join(dir, 'boot-sector');
    await writeFile(path, PROBE.payload());
    return await body(path);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  await makeDir(dirname(file));
  await writeWhole(file, content);
}
