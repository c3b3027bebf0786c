import { copyFile, mkdir, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { KernelSource } from '../../../orchestrator/model/matrix.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool, tryTool } from '../../store/run-tool.ts';
import type { FoundSource } from './source.ts';

type TreeSource = Extract<KernelSource, { kind: 'tree' }>;
type Git = (...words: readonly string[]) => Promise<string>;

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
  return {
    digest: tree,
    ...(head !== undefined && changed.length === 0 && { commit: head.commit }),
    description: changed.length === 0 ? what : `${what} with uncommitted changes`,
    notes: changed.length === 0 ? [] : [`${path} has uncommitted changes, which are built too: ${listNames(changed)}`],
    unpack: async (dir) => {
      await withOwnRepository(path, context, async (git) => {
        // The tree may have changed since; what is built must be what the digest says.
        const now = head !== undefined && changed.length === 0 ? tree : await writeTree(git, head !== undefined);
        if (now !== tree)
          throw new UserError(`${path} changed while it was read.`, {
            code: 'tree-changed',
            remedy: 'leave it alone for the moment that it takes, or name a commit with ref.',
          });
        const archive = `${dir}.tar`;
        try {
          await git('archive', '--format=tar', '--output', archive, tree);
          await runTool(['tar', '--extract', '--file', archive, '--directory', dir], { signal: context.signal });
        } finally {
          await rm(archive, { force: true });
        }
      });
    },
  };
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

/** Runs git on the user's files with an index and an object folder of our own, which borrows the user's objects. */
async function withOwnRepository<T>(
  path: string,
  { signal }: PrepareContext,
  body: (git: Git) => Promise<T>,
): Promise<T> {
  const own = await mkdtemp(join(tmpdir(), 'pmemrig-git-'));
  try {
    await mkdir(join(own, 'objects'));
    const isGit = await isThere(join(path, '.git'));
    let gitDir = join(own, 'repository');
    const env: Record<string, string> = {
      GIT_INDEX_FILE: join(own, 'index'),
      GIT_WORK_TREE: path,
      GIT_OPTIONAL_LOCKS: '0',
    };
    if (isGit) {
      const [dir = '', objects = '', index = ''] = (
        await runTool(
          ['git', '-C', path, 'rev-parse', '--absolute-git-dir', '--git-path', 'objects', '--git-path', 'index'],
          { signal },
        )
      )
        .trim()
        .split('\n');
      const inTree = (name: string): string => (isAbsolute(name) ? name : join(path, name));
      gitDir = dir;
      Object.assign(env, {
        GIT_OBJECT_DIRECTORY: join(own, 'objects'),
        GIT_ALTERNATE_OBJECT_DIRECTORIES: inTree(objects),
      });
      // Its times of the files spare git from reading each of them again.
      await copyIndex(inTree(index), join(own, 'index')).catch(() => undefined);
    } else {
      await runTool(['git', 'init', '--quiet', '--bare', gitDir], { signal });
    }
    return await body((...words) =>
      runTool(['git', `--git-dir=${gitDir}`, '-c', 'core.autocrlf=false', '-c', 'gc.auto=0', ...words], {
        cwd: path,
        env,
        signal,
      }),
    );
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
  await git('add', '--all', ...(isGit ? ['.'] : ['--force', '.', ...BUILD_PRODUCTS]));
  return (await git('write-tree')).trim();
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
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
