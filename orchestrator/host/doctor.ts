import { existsSync } from 'node:fs';
import { findSandbox } from '../../guests/store/sandbox.ts';
import { explainRefusal, InfraError, UserError } from '../model/errors.ts';
import { cacheDir, runsDir } from '../model/paths.ts';
import { diagnose, type DoctorReport, type Findings, type Probed } from './diagnose.ts';
import { collectHostFacts } from './facts.ts';
import { findCommand } from './find-command.ts';
import { HOST_NEEDS, type HostNeed } from './packages.ts';
import { collectUserFacts, type UserFacts } from './user-facts.ts';
import { present } from '../model/present.ts';

interface QemuFound {
  readonly path: string;
  readonly version: string;
}

/** What of `guests` the doctor asks. */
export interface DoctorProbes {
  readonly findQemu: () => Promise<QemuFound>;
  readonly probeAccelerator: (options: {
    readonly qemu: QemuFound;
    readonly cacheDir: string;
  }) => Promise<{ readonly accelerator: 'kvm' | 'tcg'; readonly reason: string }>;
  /** Its warnings; see `tryQemuStart`. */
  readonly tryQemuStart: (qemu: QemuFound, accelerator: 'kvm' | 'tcg') => Promise<readonly string[]>;
  /** See `probeTracing` of `guests/faults`. */
  readonly probeTracing: () => string | undefined;
  readonly findDebianMirror: () => Promise<{ readonly main: string }>;
}

/** Looks the host over. The first time it boots a tiny guest to learn the accelerator, which takes seconds. */
export async function examineHost(
  probes: DoctorProbes,
  { kernelBuilds = false, ownTests = false }: { readonly kernelBuilds?: boolean; readonly ownTests?: boolean } = {},
): Promise<{ readonly report: DoctorReport; readonly user: UserFacts }> {
  const folders = { cacheDir: cacheDir(), runsDir: runsDir() };
  const [host, user] = await Promise.all([collectHostFacts(folders), collectUserFacts()]);
  const qemu = await attempt(probes.findQemu);
  const accelerator = qemu.ok
    ? await attempt(() => probes.probeAccelerator({ qemu: qemu.value, cacheDir: folders.cacheDir }))
    : undefined;
  const started =
    qemu.ok && accelerator?.ok === true
      ? await attempt(() => probes.tryQemuStart(qemu.value, accelerator.value.accelerator))
      : undefined;
  const found = findNeeds();
  const archive = found.has('apt-get') ? await attempt(probes.findDebianMirror) : undefined;
  const sandbox = kernelBuilds ? await findSandbox() : undefined;
  const findings: Findings = {
    host,
    user,
    found,
    qemu,
    kernelBuilds,
    ownTests,
    ...(found.has('strace') && { tracingRefusal: probes.probeTracing() ?? null }),
    ...present({ sandbox, accelerator, started, archive }),
  };
  return { report: diagnose(findings), user };
}

function findNeeds(): Map<string, string> {
  return new Map(
    HOST_NEEDS.flatMap((need) => {
      const place = findNeed(need);
      return place === undefined ? [] : [[need.id, place] as const];
    }),
  );
}

function findNeed({ foundBy }: HostNeed): string | undefined {
  if ('files' in foundBy) return foundBy.files.find((file) => existsSync(file));
  for (const name of foundBy.commands) {
    const path = findCommand(name);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** Errors of the user and of the host are findings; a bug stays an error. */
async function attempt<T>(probe: () => Promise<T>): Promise<Probed<T>> {
  try {
    return { ok: true, value: await probe() };
  } catch (thrown) {
    const error = explainRefusal(thrown);
    if (!(error instanceof InfraError || error instanceof UserError)) throw error;
    const { message, remedy } = error;
    return { ok: false, reason: message, ...present({ remedy }) };
  }
}
