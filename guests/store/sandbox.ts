import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { packageData } from '../../orchestrator/model/package-data.ts';
import { toolFailedError, type ToolOptions, type ToolResult, tryTool } from './run-tool.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/** What a sandboxed program sees beside the system's own programs and libraries. */
export interface SandboxView {
  /** Folders it may write to, at the same paths; all else that it writes goes with it. */
  readonly writable: readonly string[];
  /** Folders and files it may read. */
  readonly readable?: readonly string[];
}

type Wall = 'bwrap' | 'unshare';
export type Sandbox = { readonly kind: Wall } | { readonly kind: 'none'; readonly reason: string };

/** Programs and libraries of the system, and those of its settings that they read. Nothing of it is secret. */
const SYSTEM = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/opt',
  '/nix',
  '/gnu',
  ...[
    'alternatives',
    'ld.so.cache',
    'ld.so.conf',
    'ld.so.conf.d',
    'passwd',
    'group',
    'nsswitch.conf',
    'localtime',
    'ssl/openssl.cnf',
    'pki/tls/openssl.cnf',
  ].map((name) => `/etc/${name}`),
];
const SCRIPT = packageData('guests/store/sandbox-root');
/** What a build calls that may be the user's own; folders of `$PATH` without any of it hold other things. */
const BUILD_TOOLS = ['gcc', 'ld', 'make', 'ccache', 'clang', 'ld.lld', 'flex', 'bison', 'bc', 'pahole'];
/** Variables that are passed on. No others: they may be secret, or change what is built. */
const PASSED = ['PATH', 'LANG', 'LD_LIBRARY_PATH'];

let found: Promise<Sandbox> | undefined;

/**
 * How this host can keep a program from its network, its home folders and all but a few folders: by bubblewrap, else by
 * name spaces alone. Tried once, with a program that does nothing.
 */
export async function findSandbox(): Promise<Sandbox> {
  return await (found ??= probe());
}

async function probe(): Promise<Sandbox> {
  const reasons: string[] = [];
  for (const kind of ['bwrap', 'unshare'] as const) {
    try {
      const tried = await runBehind(kind, ['true'], { writable: [] }, { cwd: '/' });
      if (tried.ok) return { kind };
      reasons.push(`${kind}: ${tried.output.trim().split('\n').at(-1) ?? 'failed'}`);
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  return { kind: 'none', reason: reasons.join('; ') };
}

/**
 * Runs a program that was made of untrusted source, as {@link tryTool}: without network, home folders and secrets, with
 * an environment of a few variables. On a host without name spaces only the environment is kept from it. Rejects with
 * InfraError where the sandbox cannot be made.
 */
export async function trySandboxed(
  argv: readonly [string, ...string[]],
  view: SandboxView,
  options: ToolOptions & { readonly cwd: string },
): Promise<ToolResult> {
  const sandbox = await findSandbox();
  if (sandbox.kind !== 'none') {
    const result = await runBehind(sandbox.kind, argv, view, options);
    if (!result.ok) await requireWall(sandbox.kind, view, options);
    return result;
  }
  return await tryTool(argv, {
    ...options,
    env: { ...passedEnvironment(), HOME: options.cwd, ...options.env },
    ownEnvironment: true,
  });
}

/**
 * A sandbox that cannot be made of these folders is the host's fault, and its words look like those of a program in it.
 */
async function requireWall(
  kind: Wall,
  view: SandboxView,
  { cwd, signal }: ToolOptions & { readonly cwd: string },
): Promise<void> {
  const tried = await runBehind(kind, ['true'], view, { cwd, signal });
  if (!tried.ok) throw toolFailedError([kind, 'true'], tried.output);
}

export async function runBehind(
  kind: Wall,
  argv: readonly [string, ...string[]],
  view: SandboxView,
  options: ToolOptions & { readonly cwd: string },
): Promise<ToolResult> {
  // Not asked to end: the last process of a pid name space takes all others with it.
  const confined = {
    ...options,
    env: { ...passedEnvironment(), HOME: '/tmp', TMPDIR: '/tmp', ...options.env },
    ownEnvironment: true,
    endBy: 'SIGKILL',
  } as const;
  if (kind === 'bwrap') return await tryTool(bubblewrapArgv(argv, view, options.cwd), confined);
  const root = await mkdtemp(join(tmpdir(), 'pmemrig-root-'));
  try {
    return await tryTool(unshareArgv(root, argv, view, options.cwd), confined);
  } finally {
    await rmdir(root);
  }
}

function bubblewrapArgv(argv: readonly string[], view: SandboxView, cwd: string): [string, ...string[]] {
  const places = placesOf(view).flatMap(({ how, path, target }) =>
    how === 'link' ? ['--symlink', target, path] : [how === 'ro' ? '--ro-bind' : '--bind', path, path],
  );
  return [
    'bwrap',
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--proc',
    '/proc',
    '--remount-ro',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    ...places,
    '--chdir',
    cwd,
    '--',
    ...argv,
  ];
}

function unshareArgv(root: string, argv: readonly string[], view: SandboxView, cwd: string): [string, ...string[]] {
  const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const places = placesOf(view).flatMap(({ how, path, target }) =>
    how === 'link' ? [how, path, target] : [how, path],
  );
  return [
    'unshare',
    ...asUser,
    '--mount',
    '--net',
    '--pid',
    '--ipc',
    '--uts',
    '--fork',
    '--kill-child',
    '--',
    SCRIPT,
    root,
    ...places,
    'cd',
    cwd,
    ...argv,
  ];
}

type Place =
  | { readonly how: 'ro' | 'rw'; readonly path: string; readonly target?: never }
  | { readonly how: 'link'; readonly path: string; readonly target: string };

function placesOf({ writable, readable = [] }: SandboxView): readonly Place[] {
  const system = SYSTEM.flatMap((path): Place[] => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats) return [];
    return [
      stats.isSymbolicLink() && path.lastIndexOf('/') === 0
        ? { how: 'link', path, target: readlinkSync(path) }
        : { how: 'ro', path },
    ];
  });
  const more = [...toolFolders(process.env['PATH'] ?? ''), ...readable].map((path) => ({ how: 'ro', path }) as const);
  // What may be written comes last: it may lie in what may only be read. So may what is read, in /tmp, which is then
  // not the host's.
  return [
    ...system.toSorted((a, b) => Number(a.how === 'ro') - Number(b.how === 'ro')),
    ...more,
    ...writable.map((path) => ({ how: 'rw', path }) as const),
  ];
}

/**
 * Folders of the user's own build tools, such as a compiler in `~/toolchains/gcc-14/bin`, which wants the `lib` beside
 * it. Of a `bin` right in a home folder, or in a hidden one, only itself: beside it lies anything. Never a folder that
 * holds a home folder, or is one. The shims of pyenv and rustup, which start what lies elsewhere, would stand before
 * the system's own programs and fail.
 */
export function toolFolders(path: string, home: string = homeOf()): readonly string[] {
  const homes = [home, realPathOf(home)];
  const holdsHome = (dir: string): boolean => homes.some((one) => isWithin(one, realPathOf(dir)));
  const folders = path
    .split(delimiter)
    .filter((dir) => dir.startsWith('/'))
    .map((dir) => resolve(dir));
  const useful = folders.filter(
    (dir) => !SYSTEM.some((own) => isWithin(dir, own)) && !holdsHome(dir) && isAny(dir, BUILD_TOOLS),
  );
  const whole = useful.map((dir) => {
    const parent = dirname(dir);
    return !holdsHome(parent) && !parent.includes('/.') && isAny(parent, ['lib', 'lib64', 'libexec']) ? parent : dir;
  });
  return [...new Set(whole)];
}

function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir === '/' ? dir : `${dir}/`);
}

/** A folder of `$PATH` may not be there, or not be ours to look into. */
function isAny(dir: string, names: readonly string[]): boolean {
  return names.some((name) => existsSync(join(dir, name)));
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function homeOf(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

function passedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    PASSED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
