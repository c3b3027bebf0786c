import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { diskFullError, saysDiskFull } from './disk-full.ts';
import { indentLastLines } from '../../orchestrator/model/last-lines.ts';
import { present } from '../../orchestrator/model/present.ts';

/** Debian's package of each program we call, where it is named otherwise than the program. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'dpkg-deb': 'dpkg',
  'dpkg-query': 'dpkg',
  debugfs: 'e2fsprogs',
  depmod: 'kmod',
  mke2fs: 'e2fsprogs',
  newuidmap: 'uidmap',
  setpriv: 'util-linux',
  unshare: 'util-linux',
  xz: 'xz-utils',
};

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `env` is all of it: nothing of the controller's own is passed on. */
  readonly ownEnvironment?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Each line of both streams as it comes. */
  readonly onLine?: (line: string) => void;
  /**
   * What ends the tool when the signal aborts or the controller dies. `make` must be asked, or its own children go on.
   */
  readonly endBy?: 'SIGKILL' | 'SIGTERM';
  /** Makes a full disk a failure as any other: the caller knows better which disk it is. */
  readonly explainsFullDisk?: boolean;
}

export interface ToolResult {
  readonly ok: boolean;
  readonly stdout: string;
  /** Both streams, for messages and for matching known errors. */
  readonly output: string;
}

/**
 * Runs a program of the host with English messages and /sbin in reach. A failure is a result.
 * Rejects with InfraError when the program is missing or the disk is full, or with the signal's reason.
 */
export async function tryTool(argv: readonly [string, ...string[]], options: ToolOptions = {}): Promise<ToolResult> {
  const [program] = argv;
  // A controller that is killed takes its tools with it: they would go on writing where the next one cleans up.
  const { onLine, endBy = 'SIGKILL' } = options;
  const running = execa('setpriv', ['--pdeathsig', endBy.replace(/^SIG/, ''), ...argv], {
    reject: false,
    all: true,
    stdin: 'ignore',
    // All of them write to a folder that is thrown away then; and unshare does not pass on SIGTERM.
    killSignal: endBy,
    extendEnv: options.ownEnvironment !== true,
    // A normal user's PATH on Debian has no sbin, where mke2fs, debugfs and depmod live. LANGUAGE has its say wherever
    // LC_ALL is not plain C.
    env: {
      ...options.env,
      LC_ALL: 'C.UTF-8',
      LANGUAGE: 'C',
      PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`,
    },
    ...present({ cwd: options.cwd, cancelSignal: options.signal }),
  });
  if (onLine) createInterface({ input: running.all }).on('line', onLine);
  const result = await running;
  options.signal?.throwIfAborted();
  if (result.code === 'ENOENT') throw missingToolError('setpriv');
  const output = result.all;
  if (result.exitCode === 127 && output.includes(`setpriv: failed to execute ${program}`))
    throw missingToolError(program);
  if (result.failed && options.explainsFullDisk !== true && saysDiskFull(output))
    throw diskFullError(options.cwd ?? 'the cache', output);
  return { ok: !result.failed, stdout: result.stdout, output };
}

/**
 * As {@link tryTool}, but rejects with InfraError and the program's last words when it fails. Gives its standard
 * output.
 */
export async function runTool(argv: readonly [string, ...string[]], options: ToolOptions = {}): Promise<string> {
  const result = await tryTool(argv, options);
  if (!result.ok) throw toolFailedError(argv, result.output);
  return result.stdout;
}

export function toolFailedError(argv: readonly string[], output: string): InfraError {
  const command = argv.join(' ');
  return new InfraError(
    `\`${command.length > 200 ? `${command.slice(0, 200)}…` : command}\` failed:${indentLastLines(output, 8)}`,
    {
      code: 'tool-failed',
    },
  );
}

function missingToolError(program: string): InfraError {
  const debianPackage = PACKAGE_OF[program];
  return new InfraError(`The program ${program} is not installed.`, {
    code: 'no-tool',
    remedy:
      `install ${program}${debianPackage === undefined ? '' : ` (Debian's package ${debianPackage})`}; ` +
      '`pmemrig doctor` prints the command for this host.',
  });
}
