import { InfraError, KernelError, UserError } from '../../../orchestrator/model/errors.ts';
import type { FailedBuild } from './failed-build.ts';
import type { FailureKind } from './failure-words.ts';

/** Programs that the tree under test brings along: what they do is the kernel's own doing. */
const IN_TREE = /^(?:\.\.?\/|(?:scripts|tools|arch|usr|certs)\/)/;
const SCRIPT = /\.(?:sh|py|pl|awk)$/;
const INSTALL = '`pmemrig doctor --kernel-builds` prints the command that installs what kernels usually take.';

interface HostFault {
  readonly code: string;
  readonly sentence: string;
  readonly remedy: (what: string | undefined) => string;
}

/** Failures of the host: the same kernel may build elsewhere, or the next time. */
const HOST_FAULTS: Readonly<Record<Exclude<FailureKind, 'error' | 'config-file' | 'config-certificate'>, HostFault>> = {
  killed: {
    code: 'compiler-killed',
    sentence: 'The compiler was killed while it built the kernel: the host ran out of memory',
    remedy: () => 'give the host more memory, or end other programs.',
  },
  'no-memory': {
    code: 'compiler-killed',
    sentence: 'The host ran out of memory or processes while it built the kernel',
    remedy: () => 'give the host more memory, raise its limit of processes, or end other programs.',
  },
  'disk-full': {
    code: 'disk-full',
    sentence: 'A disk was full while the kernel was built',
    remedy: () =>
      'free some space there, or let PMEMRIG_CACHE name a folder on a larger disk. ' +
      'Where the words name /tmp, memory was full: a build in the sandbox has its /tmp there.',
  },
  'cannot-write': {
    code: 'build-cannot-write',
    sentence: 'The build of the kernel could not read or write a file of the host',
    remedy: () => 'see to that disk, or let PMEMRIG_CACHE name a folder on another one.',
  },
  'no-tool': {
    code: 'no-build-tools',
    sentence: "This host lacks a program that the kernel's build calls",
    remedy: (what) => `install ${what ?? 'it'}; ${INSTALL}`,
  },
  'no-library': {
    code: 'no-build-tools',
    sentence: "This host lacks a library or its headers, which the kernel's own tools are compiled with",
    remedy: (what) => `install the package that holds ${what ?? 'it'}; ${INSTALL}`,
  },
  'not-executable': {
    code: 'no-build-tools',
    sentence: "A program of the kernel's build could not be started on this host",
    remedy: () =>
      'see to its mode and its format; a cache on a disk that is mounted noexec cannot hold builds: ' +
      'let PMEMRIG_CACHE name another folder.',
  },
  crashed: {
    code: 'compiler-crashed',
    sentence: 'The compiler, or another program of the build, crashed while it built the kernel',
    remedy: () => 'build again; if it crashes at the same place, use another version of it.',
  },
};

/** What `isThere` is asked for: a path below the top of the source. */
interface BuildFacts {
  readonly logFile?: string;
  readonly isThere: (path: string) => boolean;
}

/**
 * The error of a build that failed: InfraError of the host, UserError of the configuration, else KernelError with the
 * words that say why.
 */
export function blameBuild(
  failed: FailedBuild,
  { logFile, isThere }: BuildFacts,
): InfraError | UserError | KernelError {
  const { kind, title, lines, what } = failed;
  const evidence = [...lines, ...(logFile === undefined ? [] : [`the whole log: ${logFile}`])];
  if (kind === 'config-file' || kind === 'config-certificate') {
    return new UserError(`The kernel's configuration names a file that its source does not have: ${title}`, {
      code: 'config-unmet',
      remedy:
        'set the option that names it to "" in a fragment: ' +
        `${kind === 'config-file' && what?.startsWith('/') === true ? 'CONFIG_EXTRA_FIRMWARE or CONFIG_INITRAMFS_SOURCE' : 'CONFIG_SYSTEM_TRUSTED_KEYS, CONFIG_SYSTEM_REVOCATION_KEYS or CONFIG_MODULE_SIG_KEY'}.`,
    });
  }
  if (kind === 'error' || isKernels(kind, what, isThere))
    return new KernelError(`the kernel does not compile: ${title}`, {
      code: 'kernel-compile-error',
      evidence: evidence.join('\n'),
    });
  const { code, sentence, remedy } = HOST_FAULTS[kind];
  return new InfraError(`${sentence}:\n${evidence.map((line) => `  ${line}`).join('\n')}`, {
    code,
    remedy: remedy(what),
  });
}

/**
 * A tool of the tree that crashes, or that a Makefile names and the tree has not. One that is there and is not found
 * wants an interpreter, which is the host's.
 */
function isKernels(kind: FailureKind, what: string | undefined, isThere: BuildFacts['isThere']): boolean {
  if (what === undefined || !IN_TREE.test(what)) return false;
  if (kind === 'no-tool') return !isThere(what);
  return kind === 'crashed' || (kind === 'not-executable' && SCRIPT.test(what));
}
