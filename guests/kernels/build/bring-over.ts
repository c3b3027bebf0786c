import { cp, lstat, mkdir, mkdtemp, readFile, readlink, realpath, rm, utimes } from 'node:fs/promises';
import { basename, dirname, extname, join, sep } from 'node:path';
import { digestOf } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool } from '../../store/run-tool.ts';
import { parseDiff } from '../patches/parse-diff.ts';
import type { Patch } from '../patches/read-patches.ts';
import { applyPatches } from './apply-patches.ts';
import type { FoundSource } from './source.ts';
import { isMakefile, judgeChanges, type TreeChange, type Verdict } from './tree-changes.ts';

/** Where the parts of a kept tree lie. */
export interface PatchedTree {
  /** The source with its patches, and with all that was built. */
  readonly sourceDir: string;
  /** What the source notes of itself. */
  readonly index: string;
  /** The files that patches changed, as they were before. */
  readonly pristine: string;
}

interface Wanted {
  readonly source: FoundSource;
  readonly patches: readonly Patch[];
}

/** What lies at a path; `undefined` for nothing. */
interface Snapshot {
  readonly kind: string;
  readonly content: string;
  readonly times?: { readonly atime: Date; readonly mtime: Date };
}

/** Applies patches to a tree without any, and gives the paths that they name. Rejects as {@link applyPatches} does. */
export async function patchTree(
  { sourceDir, pristine }: PatchedTree,
  patches: readonly Patch[],
  context: PrepareContext,
): Promise<readonly string[]> {
  const paths = namesIn(patches);
  await rm(pristine, { recursive: true, force: true });
  for (const path of paths)
    if (await isInside(sourceDir, path)) await copyIfThere(join(sourceDir, path), join(pristine, path));
  await applyPatches(patches, sourceDir, context);
  return paths;
}

/**
 * Turns a tree that was built with other patches, or of another state of its source, into the wanted one, and says how
 * it may be built on. make goes by times: what comes out as it was keeps its own, all else has that of now. Rejects as
 * {@link applyPatches} does.
 */
export async function bringOver(
  tree: PatchedTree,
  formerly: readonly string[],
  { source, patches }: Wanted,
  context: PrepareContext,
): Promise<{ readonly verdict: Verdict; readonly patched: readonly string[] }> {
  const { sourceDir, index } = tree;
  const touched = [...new Set([...formerly, ...namesIn(patches)])];
  const makefiles = new Map<string, string>();
  const before = new Map<string, Snapshot | undefined>();
  const outside: string[] = [];
  const look = async (path: string): Promise<void> => {
    if (!(await isInside(sourceDir, path))) return void outside.push(path);
    before.set(path, await snapshot(join(sourceDir, path)));
    if (isMakefile(path)) makefiles.set(path, await readFile(join(sourceDir, path), 'utf8').catch(() => ''));
  };
  for (const path of touched) await look(path);
  if (outside.length > 0) return { verdict: ledOut(outside), patched: [] };
  for (const path of formerly) await putBack(tree, path);
  await source.bringOver(sourceDir, index, async (changes) => {
    for (const { path } of changes) if (!before.has(path)) await look(path);
    return outside.length === 0;
  });
  if (outside.length > 0) return { verdict: ledOut(outside), patched: [] };
  const patched = await patchTree(tree, patches, context);

  const changes: TreeChange[] = [];
  for (const [path, was] of before) {
    const is = await snapshot(join(sourceDir, path));
    const how = compare(was, is);
    if (how !== undefined) changes.push({ path, how });
    // What was put back has the time that it had before all objects were made.
    const times = how === undefined ? was?.times : is?.times && { atime: new Date(), mtime: new Date() };
    if (times) await utimes(join(sourceDir, path), times.atime, times.mtime);
  }
  const after = new Map<string, string>();
  for (const path of makefiles.keys()) after.set(path, await readFile(join(sourceDir, path), 'utf8').catch(() => ''));
  const verdict = judgeChanges(changes, {
    namesakes: await findNamesakes(changes, sourceDir, context),
    makefiles: (path) => ({ before: makefiles.get(path) ?? '', after: after.get(path) ?? '' }),
  });
  if (verdict.kind === 'incremental')
    for (const path of verdict.stale) await rm(join(sourceDir, path), { force: true });
  return { verdict, patched };
}

function ledOut([path]: readonly string[]): Verdict {
  return { kind: 'anew', reason: `a link leads from ${path ?? ''} out of the tree` };
}

/**
 * Applies patches to a copy of the files that they name, as those are without the tree's own patches, whose paths are
 * `patched`. Rejects as {@link applyPatches} does.
 */
export async function tryPatches(
  { sourceDir, pristine }: PatchedTree,
  patched: readonly string[],
  patches: readonly Patch[],
  context: PrepareContext,
): Promise<void> {
  const dir = await mkdtemp(join(dirname(sourceDir), 'try-'));
  try {
    const trial = join(dir, 'source');
    await mkdir(trial);
    for (const path of namesIn(patches)) {
      const from = patched.includes(path) ? pristine : sourceDir;
      if (await isInside(from, path)) await copyIfThere(join(from, path), join(trial, path));
    }
    await applyPatches(patches, trial, context);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Those that lead out of the tree are left to {@link applyPatches}, which refuses them. */
function namesIn(patches: readonly Patch[]): readonly string[] {
  const names = patches.flatMap(({ diff }) =>
    parseDiff(diff).files.flatMap(({ oldName, newName }) => [oldName, newName]),
  );
  return [...new Set(names.filter((name) => name !== undefined && !`/${name}/`.includes('/../')))] as string[];
}

/** The makefiles of an earlier build may have put links anywhere. */
async function isInside(sourceDir: string, path: string): Promise<boolean> {
  const top = await realpath(sourceDir);
  for (let dir = dirname(path); dir !== '.'; dir = dirname(dir)) {
    const real = await realpath(join(sourceDir, dir)).catch(() => undefined);
    if (real !== undefined) return real.startsWith(`${top}${sep}`);
  }
  return true;
}

async function putBack({ sourceDir, pristine }: PatchedTree, path: string): Promise<void> {
  await rm(join(sourceDir, path), { recursive: true, force: true });
  await copyIfThere(join(pristine, path), join(sourceDir, path));
}

async function copyIfThere(from: string, to: string): Promise<void> {
  const there = await lstat(from).catch(() => undefined);
  if (!there) return;
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { preserveTimestamps: true, verbatimSymlinks: true });
}

async function snapshot(path: string): Promise<Snapshot | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return undefined;
  if (stats.isSymbolicLink()) return { kind: 'link', content: await readlink(path) };
  if (!stats.isFile()) return { kind: 'other', content: '' };
  return {
    kind: (stats.mode & 0o100) === 0 ? 'file' : 'program',
    content: digestOf(await readFile(path, 'base64')),
    times: { atime: stats.atime, mtime: stats.mtime },
  };
}

function compare(was: Snapshot | undefined, is: Snapshot | undefined): TreeChange['how'] | undefined {
  if (!was || !is) return was === is ? undefined : was ? 'removed' : 'added';
  if (was.kind !== is.kind) return 'retyped';
  return was.content === is.content ? undefined : 'changed';
}

/** Of the headers that were added, the names that are in the tree more than once, whether as source or as product. */
async function findNamesakes(
  changes: readonly TreeChange[],
  sourceDir: string,
  { signal }: PrepareContext,
): Promise<ReadonlySet<string>> {
  const added = changes.filter(({ path, how }) => how === 'added' && extname(path) === '.h').map(({ path }) => path);
  if (added.length === 0) return new Set();
  const named = [...new Set(added.map((path) => basename(path)))].flatMap((name) => ['-o', '-name', name]);
  const found = await runTool(['find', '.', '-false', ...named], { cwd: sourceDir, signal });
  const others = found
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(2))
    .filter((path) => !added.includes(path));
  const twice = added.filter((path, i) => added.findIndex((other) => basename(other) === basename(path)) !== i);
  return new Set([...others, ...twice].map((path) => basename(path)));
}
