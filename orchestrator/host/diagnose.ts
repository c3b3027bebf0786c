import prettyBytes from 'pretty-bytes';
import { GUEST_ARCHITECTURE } from '../model/architecture.ts';
import type { FolderFacts, HostFacts } from './facts.ts';
import { type Become, formatInstallCommand } from './package-manager.ts';
import { HOST_NEEDS, type HostNeed, type PackageManager } from './packages.ts';
import type { Check } from './check.ts';
import { checkTracing } from './check-tracing.ts';
import type { UserFacts } from './user-facts.ts';
import { present } from '../model/present.ts';

/** What the doctor found. Plain serialisable values. */
export interface DoctorReport {
  /** A run could start. */
  readonly ready: boolean;
  readonly checks: readonly Check[];
  /** The packages that would fill the lacks, and the one line to type; absent when no package would. */
  readonly install?: {
    readonly manager: PackageManager;
    readonly packages: readonly string[];
    readonly command: string;
  };
}

/** Something probed that may have failed; the words are for the user. */
export type Probed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string; readonly remedy?: string };

export interface Findings {
  readonly host: HostFacts;
  readonly user: UserFacts;
  /** Ids of {@link HOST_NEEDS} that are there, each with where. */
  readonly found: ReadonlyMap<string, string>;
  readonly qemu: Probed<{ readonly path: string; readonly version: string }>;
  /** Absent when there is no QEMU to probe with. */
  readonly accelerator?: Probed<{ readonly accelerator: 'kvm' | 'tcg'; readonly reason: string }>;
  /** What QEMU warns of when it makes a guest with a device of each kind; absent when none was made. */
  readonly started?: Probed<readonly string[]>;
  /** Kernels are to be built from source: what that takes must be there. */
  readonly kernelBuilds?: boolean;
  /** What keeps a kernel's makefiles in their place; asked for with `kernelBuilds`. */
  readonly sandbox?: { readonly kind: 'bwrap' | 'unshare' } | { readonly kind: 'none'; readonly reason: string };
  /** Why strace cannot work the host's flushes here, a sentence; `null` where it can, absent without strace. */
  readonly tracingRefusal?: string | null;
  /** pmemrig's own tests are to run. */
  readonly ownTests?: boolean;
  /** Where Debian packages would come from; absent when there is no apt-get to ask. */
  readonly archive?: Probed<{ readonly main: string }>;
}

const GiB = 2 ** 30;
/** The smallest useful guest, and what the default one takes with QEMU around it. */
const MEMORY = { least: GiB, ample: 2.5 * GiB };
/**
 * Two Debian kernels with their modules, and a root file system: 3.5 GiB while being built. A warm cache needs no more
 * room.
 */
const CACHE_DISK = { least: GiB, ample: 5 * GiB };
/** Pmem backing files are sparse: a guest takes what its tests write. */
const RUNS_DISK = { least: GiB, ample: 4 * GiB };

/** An object of git's, a mail, a compiler's assembler text. */
const TEMPORARY_DISK = { least: 16 * 2 ** 20, ample: 256 * 2 ** 20 };

/** Judges what was found; pure. */
export function diagnose(findings: Findings): DoctorReport {
  const { host, user } = findings;
  const all = HOST_NEEDS.filter((need) => !(need.unprivilegedOnly === true && user.isRoot));
  const needs = all.filter(
    (need) =>
      (need.forKernelBuilds !== true || findings.kernelBuilds === true) &&
      (need.forTests !== true || findings.ownTests === true),
  );
  const lacks = needs.filter((need) => isLacking(need, findings));
  const checks = [
    checkSystem(host),
    checkQemu(findings),
    checkAccelerator(findings),
    ...checkStart(findings),
    ...needs.filter(({ id }) => id !== 'qemu').map((need) => checkNeed(need, findings)),
    ...checkTracing(findings.tracingRefusal),
    ...(findings.kernelBuilds === true ? [] : [checkKernelBuilds(all, findings)]),
    ...(findings.sandbox ? [checkSandbox(findings.sandbox)] : []),
    checkArchive(findings),
    checkNamespaces(findings),
    checkMemory(host),
    { name: 'cores', status: 'ok', detail: String(Number(host.cores.toFixed(2))) } as const,
    checkFolder('cache', host.cache, CACHE_DISK, 'PMEMRIG_CACHE'),
    checkFolder('runs', host.runs, RUNS_DISK, 'PMEMRIG_RUNS'),
    ...(host.temporary ? [checkFolder('temporary files', host.temporary, TEMPORARY_DISK, 'TMPDIR')] : []),
  ];
  const install = planPackages(lacks, findings);
  return { ready: checks.every(({ status }) => status !== 'missing'), checks, ...present({ install }) };
}

function isLacking(need: HostNeed, { found, qemu }: Findings): boolean {
  return !found.has(need.id) && !(need.id === 'qemu' && qemu.ok);
}

function planPackages(lacks: readonly HostNeed[], { host, user }: Findings): DoctorReport['install'] {
  const manager = host.packageManager;
  if (!manager) return undefined;
  const packages = [...new Set(lacks.flatMap(({ packages }) => packages[manager] ?? []))];
  return packages.length === 0
    ? undefined
    : { manager, packages, command: formatInstallCommand(manager, packages, howToBecomeRoot(user)) };
}

function howToBecomeRoot(user: UserFacts): Become {
  if (user.isRoot) return 'root';
  return user.sudo === 'none' ? 'su' : 'sudo';
}

function checkSystem({ os, kernel, architecture, node }: HostFacts): Check {
  const detail = `${os}, Linux ${kernel}, ${architecture}, Node ${node}`;
  if (architecture === GUEST_ARCHITECTURE.node) return { name: 'system', status: 'ok', detail };
  return {
    name: 'system',
    status: 'missing',
    detail: `${detail}; only ${GUEST_ARCHITECTURE.name} is supported`,
    remedy: `run pmemrig on an ${GUEST_ARCHITECTURE.name} host`,
  };
}

function checkQemu(findings: Findings): Check {
  const { qemu } = findings;
  if (qemu.ok) return { name: 'QEMU', status: 'ok', detail: `${qemu.value.version}, ${qemu.value.path}` };
  const need = HOST_NEEDS.find(({ id }) => id === 'qemu');
  const remedy = need && isLacking(need, findings) ? remedyFor(need, findings) : qemu.remedy;
  return failed('QEMU', { reason: qemu.reason, ...present({ remedy }) });
}

function checkAccelerator({ accelerator }: Findings): Check {
  const name = 'accelerator';
  if (!accelerator) return { name, status: 'warn', detail: 'not probed for want of QEMU' };
  if (accelerator.ok)
    return { name, status: 'ok', detail: `${accelerator.value.accelerator}: ${accelerator.value.reason}` };
  return failed(name, accelerator);
}

/** A warning stops no run: what QEMU calls deprecated still works. */
function checkStart({ started }: Findings): readonly Check[] {
  if (!started) return [];
  if (!started.ok) return [failed('guest start', started)];
  return started.value.map((warning) => ({ name: 'guest start', status: 'warn', detail: warning }));
}

/** Every guest needs it: its busybox is Debian's, though its kernel and image be the user's own. */
function checkArchive({ archive }: Findings): Check {
  const name = 'Debian archive';
  if (!archive) return { name, status: 'warn', detail: 'not looked for, for want of apt-get' };
  if (archive.ok) return { name, status: 'ok', detail: archive.value.main.replace(/\/\/[^/@]*@/, '//') };
  return failed(name, archive);
}

function failed(name: string, { reason, remedy }: { readonly reason: string; readonly remedy?: string }): Check {
  return { name, status: 'missing', detail: reason, ...present({ remedy }) };
}

function checkNeed(need: HostNeed, findings: Findings): Check {
  const place = findings.found.get(need.id);
  if (place !== undefined) return { name: need.id, status: 'ok', detail: place };
  return {
    name: need.id,
    status: need.isOptional === true ? 'warn' : 'missing',
    detail: `not installed; needed ${need.why}`,
    remedy: remedyFor(need, findings),
  };
}

/** Builds work without one: with the user's own rights, and with a note. */
function checkSandbox(sandbox: NonNullable<Findings['sandbox']>): Check {
  if (sandbox.kind !== 'none')
    return {
      name: 'sandbox',
      status: 'ok',
      detail: `${sandbox.kind}: makefiles of patches reach neither network nor home folders`,
    };
  return {
    name: 'sandbox',
    status: 'warn',
    detail: `makefiles of patches run with your rights: ${sandbox.reason}`,
    remedy: 'install bubblewrap, or allow this user to make name spaces',
  };
}

/** Most hosts run kernels that are built already. */
function checkKernelBuilds(needs: readonly HostNeed[], findings: Findings): Check {
  const lacking = needs
    .filter((need) => need.forKernelBuilds === true && isLacking(need, findings))
    .map(({ id }) => id);
  if (lacking.length === 0) return { name: 'kernel builds', status: 'ok', detail: 'compiler and tools are there' };
  return {
    name: 'kernel builds',
    status: 'ok',
    detail: `not set up: ${lacking.join(', ')} missing`,
    remedy: 'pmemrig doctor --kernel-builds --fix',
  };
}

function remedyFor(need: HostNeed, { host, user }: Findings): string {
  const manager = host.packageManager;
  if (!manager) return `install ${need.id} with this system's package manager`;
  const name = need.packages[manager];
  if (name === null)
    return `${host.os} has no package of it: build it from its sources, or run pmemrig in a Debian container`;
  return formatInstallCommand(manager, [name], howToBecomeRoot(user), { refresh: false });
}

function checkNamespaces({ user, found }: Findings): Check {
  const name = 'name spaces';
  if (user.namespaces.work)
    return {
      name,
      status: 'ok',
      detail: user.isRoot ? 'as root' : `as ${user.name}, ${user.subordinateIds} subordinate ids`,
    };
  const { reason } = user.namespaces;
  if (user.isRoot)
    return {
      name,
      status: 'missing',
      detail: reason,
      remedy: 'give this container the capability SYS_ADMIN, or run pmemrig outside it',
    };
  const asRoot =
    howToBecomeRoot(user) === 'su' ? (command: string) => `su -c '${command}'` : (command: string) => `sudo ${command}`;
  if (user.namespaceSwitch !== undefined)
    return { name, status: 'missing', detail: reason, remedy: asRoot(`sysctl -w ${user.namespaceSwitch}`) };
  if (user.subordinateIds < 65536) {
    const remedy = asRoot(`usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user.name}`);
    return {
      name,
      status: 'missing',
      detail: `${user.name} has no subordinate ids in /etc/subuid and /etc/subgid`,
      remedy,
    };
  }
  if (!found.has('newuidmap') || !found.has('unshare'))
    return { name, status: 'missing', detail: reason, remedy: 'install what is missing above' };
  return {
    name,
    status: 'missing',
    detail: reason,
    remedy: 'allow this user to make name spaces, or run pmemrig as root',
  };
}

function checkMemory({ memoryBytes, memoryAvailableBytes }: HostFacts): Check {
  const detail = `${showBytes(memoryAvailableBytes)} of ${showBytes(memoryBytes)} available`;
  if (memoryAvailableBytes >= MEMORY.ample) return { name: 'memory', status: 'ok', detail };
  const remedy = 'end other programs, lower the guest memory, or raise the limit of the container';
  return {
    name: 'memory',
    status: memoryAvailableBytes < MEMORY.least ? 'missing' : 'warn',
    detail: `only ${detail}`,
    remedy,
  };
}

function checkFolder(
  name: string,
  folder: FolderFacts,
  { least, ample }: { readonly least: number; readonly ample: number },
  variable: string,
): Check {
  const detail = `${showBytes(folder.freeBytes)} free for ${folder.path}`;
  const remedy = `free some space, or point $${variable} at another disk`;
  if (!folder.writable) {
    const why = folder.refusal === undefined ? '' : `: ${folder.refusal}`;
    // What was prepared earlier can be used; a run that wants more says so.
    const isCache = name === 'cache' && folder.isUsed === true;
    return {
      name,
      status: isCache ? 'warn' : 'missing',
      detail: `${folder.path} can't be written${why}${isCache ? '; only what it holds can be used' : ''}`,
      remedy: `point $${variable} at a folder of yours`,
    };
  }
  if (folder.freeBytes >= ample) return { name, status: 'ok', detail };
  return { name, status: folder.freeBytes < least ? 'missing' : 'warn', detail: `only ${detail}`, remedy };
}

function showBytes(bytes: number): string {
  return prettyBytes(bytes, { binary: true, maximumFractionDigits: 1 });
}
