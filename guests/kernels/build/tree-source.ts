import { copyFile, mkdir, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { KernelSource } from '../../../orchestrator/model/matrix.ts';
import { digestOf, shortDigest } from '../../store/digest.ts';
import { withLock } from '../../store/lock.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool, tryTool } from '../../store/run-tool.ts';
import type { FoundSource } from './source.ts';
import type { TreeChange } from './tree-changes.ts';
import { canMake, isThere } from '../../store/is-there.ts';

type TreeSource = Extract<KernelSource, { kind: 'tree' }>;
/** Of the user's files and an index of our own, unless others are named. */
type Git = (
  words: readonly string[],
  others?: { readonly index: string; readonly workTree: string },
) => Promise<string>;

/** Settings of the user's that would change files, or write to the user's repository. */
const GIT_SETTINGS = [
  'core.autocrlf=false',
  'core.sparseCheckout=false',
  'core.splitIndex=false',
  'core.fsmonitor=false',
  'gc.auto=0',
].flatMap((setting) => ['-c', setting]);
const PATHS_PER_CALL = 500;
/** As many changed files as a note names. */
const MAX_NAMED = 5;

/**
 * Takes the state of a git tree: the commit `ref`, or all that lies there and git does not ignore. The user's tree,
 * index and objects stay untouched: what git has to write goes to a repository of our own, which reads the user's
 * objects. A plain folder is taken the same way. Its digest is git's id of the tree, so that a commit and its checkout
 * are one. Rejects with UserError for what is no such tree or revision, and for patches on top of uncommitted changes.
 */
export async function findTreeSource(source: TreeSource, context: PrepareContext): Promise<FoundSource> {
  const { path, ref } = source;
  const { head, changed } = await readState(source, context);
  const tree =
    head !== undefined && changed.length === 0
      ? head.tree
      : await withOwnRepository(path, context, (git) => writeTree(git, head !== undefined));

  const what =
    head === undefined ? path : `${ref === undefined ? '' : `${ref}, `}${head.commit.slice(0, 12)} of ${path}`;
  /** Runs `body` where git finds the objects of the tree. */
  const withTree = async (body: (git: Git) => Promise<void>): Promise<void> =>
    withOwnRepository(path, context, async (git) => {
      // The tree may have changed since; what is built must be what the digest says.
      const now = head !== undefined && changed.length === 0 ? tree : await writeTree(git, head !== undefined);
      if (now !== tree)
        throw new UserError(`${path} changed while it was read.`, {
          code: 'tree-changed',
          remedy: 'leave it alone for the moment that it takes, or name a commit with ref.',
        });
      await body(git);
    });
  return {
    digest: tree,
    origin: path,
    ...(head !== undefined && changed.length === 0 && { commit: head.commit }),
    description: changed.length === 0 ? what : `${what} with uncommitted changes`,
    notes: changed.length === 0 ? [] : [`${path} has uncommitted changes, which are built too: ${listNames(changed)}`],
    unpack: async (dir, index) => withTree(async (git) => void (await git([...FILL, tree], { index, workTree: dir }))),
    bringOver: async (dir, index, beforeWriting) =>
      withTree(async (git) => {
        const ours = { index, workTree: dir };
        const raw = await git(['diff-index', '--cached', '--raw', '--no-renames', '-z', tree], ours);
        const changes = parseChanges(raw);
        if (changes.length === 0 || !(await beforeWriting(changes))) return;
        await git(['read-tree', tree], ours);
        const [removed, written] = [changes.filter(isRemoved), changes.filter((change) => !isRemoved(change))];
        for (const change of removed) await rm(join(dir, change.path), { force: true });
        await checkOut(git, written, ours);
      }),
  };
}

/** `read-tree -u` in one go, on all cores, whatever the user has set for checkouts of their own. */
const FILL = ['-c', 'checkout.workers=0', 'read-tree', '--reset', '-u'];

function isRemoved({ how }: TreeChange): boolean {
  return how === 'removed';
}

async function checkOut(
  git: Git,
  changes: readonly TreeChange[],
  ours: { readonly index: string; readonly workTree: string },
): Promise<void> {
  for (let at = 0; at < changes.length; at += PATHS_PER_CALL) {
    const paths = changes.slice(at, at + PATHS_PER_CALL).map(({ path }) => path);
    await git(['checkout-index', '--force', '--', ...paths], ours);
  }
}

/** `:OLD NEW ID ID STATUS`, then the path, of what leads from the wanted tree to the index. */
function parseChanges(raw: string): readonly TreeChange[] {
  const parts = raw.split('\0');
  return parts.flatMap((part, index): readonly TreeChange[] => {
    const path = parts[index + 1];
    const { wanted, there } = /^:(?<wanted>\d+) (?<there>\d+) /.exec(part)?.groups ?? {};
    if (wanted === undefined || there === undefined || path === undefined || index % 2 !== 0) return [];
    if (Number(there) === 0) return [{ path, how: 'added' }];
    if (Number(wanted) === 0) return [{ path, how: 'removed' }];
    return [{ path, how: wanted === there ? 'changed' : 'retyped' }];
  });
}

/**
 * Whether the source can be taken: its revision is there, and patches go on no uncommitted changes. Rejects with
 * UserError as {@link findTreeSource} does.
 */
export async function checkTreeSource(source: TreeSource, context: PrepareContext): Promise<void> {
  // Without patches uncommitted changes are welcome, and looking for them reads the whole tree.
  await readState(source, context, source.patches.length > 0);
}

async function readState(
  { path, ref, patches }: TreeSource,
  context: PrepareContext,
  listsChanged = true,
): Promise<{ readonly head: Head | undefined; readonly changed: readonly string[] }> {
  const head = await readHead(path, ref, context);
  if (ref !== undefined && head === undefined) throw notARepository(path);
  const changed = head === undefined || ref !== undefined || !listsChanged ? [] : await listChanged(path, context);
  if (changed.length > 0 && patches.length > 0) throw dirtyTree(path, changed);
  return { head, changed };
}

interface Head {
  readonly commit: string;
  readonly tree: string;
}

/** The commit and its tree, or `undefined` for a folder that is not the top of a git tree. */
async function readHead(path: string, ref: string | undefined, { signal }: PrepareContext): Promise<Head | undefined> {
  if (!(await isThere(join(path, '.git')))) return undefined;
  const wanted = ref ?? 'HEAD';
  const parsed = await tryTool(
    ['git', '-C', path, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${wanted}^{commit}`],
    { signal },
  );
  if (parsed.ok)
    return {
      commit: parsed.stdout.trim(),
      tree: (await runTool(['git', '-C', path, 'rev-parse', `${parsed.stdout.trim()}^{tree}`], { signal })).trim(),
    };
  if (/dubious ownership/.test(parsed.output)) {
    throw new UserError(`git refuses ${path}: it belongs to another user.`, {
      code: 'unsafe-tree',
      remedy: `git config --global --add safe.directory ${path}`,
    });
  }
  throw new UserError(`${path} has no commit ${wanted}.`, {
    code: 'no-such-ref',
    remedy: '`git log` lists commits, `git branch -a` and `git tag` names; a shallow clone may lack it.',
  });
}

/** Without a look at the user's index that would refresh it. */
async function listChanged(path: string, { signal }: PrepareContext): Promise<readonly string[]> {
  const status = await runTool(
    ['git', '--no-optional-locks', '-C', path, 'status', '--porcelain', '-z', '--untracked-files=all', '--no-renames'],
    { signal },
  );
  return status
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(3));
}

/** Folder of the store: what git knows of sources that are no git trees. */
export const SOURCE_FOLDERS = 'source-folders';

/** Runs git on the user's files, and writes nothing to the user's repository. */
async function withOwnRepository<T>(path: string, context: PrepareContext, body: (git: Git) => Promise<T>): Promise<T> {
  const run =
    (gitDir: string, env: Readonly<Record<string, string>>): Git =>
    (words, others) =>
      runTool(['git', `--git-dir=${gitDir}`, ...GIT_SETTINGS, ...words], {
        cwd: others?.workTree ?? path,
        env: {
          GIT_WORK_TREE: path,
          GIT_OPTIONAL_LOCKS: '0',
          ...env,
          ...(others && { GIT_INDEX_FILE: others.index, GIT_WORK_TREE: others.workTree }),
        },
        signal: context.signal,
      });
  return (await isThere(join(path, '.git')))
    ? await withObjectsAside(path, context, async (gitDir, env) => body(run(gitDir, env)))
    : await withKeptRepository(path, context, async (gitDir, env) => body(run(gitDir, env)));
}

/** With an index and an object folder of our own, which borrows the user's objects. */
async function withObjectsAside<T>(
  path: string,
  { signal }: PrepareContext,
  body: (gitDir: string, env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const own = await mkdtemp(join(tmpdir(), 'pmemrig-git-'));
  try {
    await mkdir(join(own, 'objects'));
    const [gitDir = '', objects = '', index = ''] = (
      await runTool(
        ['git', '-C', path, 'rev-parse', '--absolute-git-dir', '--git-path', 'objects', '--git-path', 'index'],
        { signal },
      )
    )
      .trim()
      .split('\n');
    const inTree = (name: string): string => (isAbsolute(name) ? name : join(path, name));
    // Its times of the files spare git from reading each of them again.
    await copyIndex(inTree(index), join(own, 'index')).catch(() => undefined);
    return await body(gitDir, {
      GIT_INDEX_FILE: join(own, 'index'),
      GIT_OBJECT_DIRECTORY: join(own, 'objects'),
      GIT_ALTERNATE_OBJECT_DIRECTORIES: inTree(objects),
    });
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/**
 * For a plain folder: its repository is kept, so that the next time only files with another size or time are read. In a
 * cache that takes nothing it is made anew each time.
 */
async function withKeptRepository<T>(
  path: string,
  { cacheDir, log, signal }: PrepareContext,
  body: (gitDir: string, env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const run = async (own: string): Promise<T> => {
    const [gitDir, index] = [join(own, 'repository'), join(own, 'index')];
    // A git that was killed leaves its lock.
    await rm(`${index}.lock`, { force: true });
    await runTool(['git', 'init', '--quiet', '--bare', gitDir], { signal });
    return await body(gitDir, { GIT_INDEX_FILE: index });
  };
  const kept = join(cacheDir, SOURCE_FOLDERS, shortDigest(digestOf(path)));
  if (await canMake(kept))
    return await withLock({ path: `${kept}.lock`, what: path, log, signal }, async () => {
      await utimes(kept, new Date(), new Date());
      return await run(kept);
    });
  const own = await mkdtemp(join(tmpdir(), 'pmemrig-git-'));
  try {
    return await run(own);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/**
 * With the index's own time, rounded down: git reads a file again that is no older than the index, as it may have
 * changed since.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const seconds = Math.floor((await stat(from)).mtimeMs / 1000);
  await copyFile(from, to);
  await utimes(to, seconds, seconds);
}

/**
 * What a build leaves in a folder. There .gitignore is no guide: Debian's source packages have one that ignores all.
 */
const BUILD_PRODUCTS = [
  ...['*.o', '*.a', '*.ko', '*.mod', '*.mod.c', '.*.cmd', '*.order', '.tmp_*'].map(
    (pattern) => `:(exclude,glob)**/${pattern}`,
  ),
  ...['vmlinux*', '.vmlinux*', 'System.map', 'Module.symvers', 'modules.*', '.config*'].map(
    (pattern) => `:(exclude,glob)${pattern}`,
  ),
  ...['include/config', 'include/generated', 'arch/*/include/generated', GUEST_ARCH.kernelImagePath].map(
    (path) => `:(exclude,glob)${path}/**`,
  ),
];

async function writeTree(git: Git, isGit: boolean): Promise<string> {
  await git(['add', '--all', ...(isGit ? ['.'] : ['--force', '.', ...BUILD_PRODUCTS])]);
  return (await git(['write-tree'])).trim();
}

function listNames(names: readonly string[]): string {
  const named = names.slice(0, MAX_NAMED).join(', ');
  return names.length > MAX_NAMED ? `${named} and ${names.length - MAX_NAMED} more` : named;
}

function dirtyTree(path: string, changed: readonly string[]): UserError {
  return new UserError(
    `${path} has uncommitted changes, and patches on top of them would give a kernel that nobody can name: ` +
      `${listNames(changed)}.`,
    {
      code: 'dirty-tree',
      remedy: 'commit or stash them, or name the commit to patch.',
    },
  );
}

function notARepository(path: string): UserError {
  return new UserError(`${path} is not the top of a git tree, so it has no revisions.`, {
    code: 'not-a-repository',
    remedy: 'leave the revision out, or name a git tree.',
  });
}
