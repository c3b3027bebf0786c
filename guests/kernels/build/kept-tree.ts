import { readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { KernelError } from '../../../orchestrator/model/errors.ts';
import { present } from '../../../orchestrator/model/present.ts';
import { messageOf } from '../../../orchestrator/model/message-of.ts';
import { makeDir } from '../../../orchestrator/model/make-dir.ts';
import { digestOf, shortDigest } from '../../store/digest.ts';
import { dropOldest } from '../../store/drop-oldest.ts';
import { withLock } from '../../store/lock.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { removeTree } from '../../store/remove-tree.ts';
import { writeAnew } from '../../store/own-file.ts';
import { runTool, tryTool } from '../../store/run-tool.ts';
import { writeIfChanged } from '../../store/write-if-changed.ts';
import type { Patch } from '../patches/read-patches.ts';
import { type BuildLeft, buildLeftSchema } from './build-left.ts';
import { bringOver, type PatchedTree, patchTree, tryPatches } from './bring-over.ts';
import { LEAST_BUILD_BYTES, requireSpace } from './build-space.ts';
import type { FoundSource } from './source.ts';
import { isThere } from '../../store/is-there.ts';

/** Folder of the store. */
export const BUILD_TREES = 'build-trees';
/** Each has 2 GiB or more. A nightly run builds two kernels, a developer's day some configurations and a series. */
const MAX_TREES = 8;
/** Raise it when trees of an earlier pmemrig must not be built on. */
const VERSION = 1;
const STATE = 'state.json';

const stateSchema = z.object({
  version: z.literal(VERSION),
  /** Where the tree was built: what make writes down may have its path. */
  path: z.string(),
  /** A host that went down may have lost what was written last. */
  bootId: z.string(),
  /** Epoch ms. make goes by times. */
  endedMs: z.number(),
  /** Paths that patches changed. */
  patched: z.array(z.string()),
  left: buildLeftSchema,
});
type State = z.output<typeof stateSchema>;

export interface BuildTreeRequest {
  readonly source: FoundSource;
  readonly patches: readonly Patch[];
  /** The configuration and the compiler, as far as they decide what objects hold. */
  readonly inputs: readonly string[];
  /** What other kernels of this source are to be patched with: that it applies is seen before this one is built. */
  readonly others?: readonly (readonly Patch[])[];
  /** Whether a whole build might do without this error of one on a kept tree. */
  readonly mayBeOfTree: (error: unknown) => boolean;
}

/** A source tree with its patches, to be configured and built in place. */
export interface BuildTree {
  readonly sourceDir: string;
  /** What an earlier build left, and whether a Kconfig file has changed since. Absent: nothing is built yet. */
  readonly earlier?: { readonly left: BuildLeft; readonly reconfigure: boolean };
  /** Why an earlier build's tree is not built on. */
  readonly madeAnew?: string;
  /** Says what the next build wants to know. From then on an error of the kernel leaves a tree that can be built on. */
  readonly leave: (left: BuildLeft) => void;
}

/**
 * Lends the tree in which this source is built with these inputs, brought to the wanted state: a kept one if it can be
 * built on, else one made from scratch. One builder at a time. A tree is kept after a build that ended, also with a KernelError, and never after one that was cut short, for a half
 * written object looks like a finished one. Patches may make a tree do anything, so those of a series have one of their
 * own, which begins as a copy of the tree without patches if there is one.
 */
export async function withBuildTree<T>(
  request: BuildTreeRequest,
  context: PrepareContext,
  body: (tree: BuildTree) => Promise<T>,
): Promise<T> {
  const top = topOf(request, request.patches[0], context);
  const build = async (refusal?: string): Promise<T> => {
    const { tree, patched } = await prepareTree(top, request, refusal, context);
    for (const patches of request.others ?? []) await tryPatches(treeOf(top), patched, patches, context);
    let left = tree.earlier?.left;
    const keep = async (): Promise<void> => {
      if (left) await writeState(top, { patched, left });
    };
    try {
      const value = await body({ ...tree, leave: (said) => void (left = said) });
      await keep();
      return value;
    } catch (error) {
      if (tree.earlier && request.mayBeOfTree(error)) return await build(`a build on it failed: ${messageOf(error)}`);
      if (error instanceof KernelError) await keep();
      throw error;
    }
  };
  return await lend(top, context, build);
}

/** Runs `body` while nobody else works in a tree. */
async function lend<T>(top: string, { log, signal }: PrepareContext, body: () => Promise<T>): Promise<T> {
  return await withLock({ path: `${top}.lock`, what: 'a kernel of the same source', log, signal }, body);
}

function topOf({ source, inputs }: BuildTreeRequest, first: Patch | undefined, { cacheDir }: PrepareContext): string {
  const key = shortDigest(digestOf(VERSION, source.origin, inputs, first?.diff ?? null));
  return join(cacheDir, BUILD_TREES, key);
}

async function prepareTree(
  top: string,
  request: BuildTreeRequest,
  refusal: string | undefined,
  context: PrepareContext,
): Promise<{ readonly tree: Omit<BuildTree, 'leave'>; readonly patched: readonly string[] }> {
  const kept = await takeState(top, refusal);
  let madeAnew: string | undefined;
  const refuse = (reason: string): void => {
    madeAnew = reason;
    context.log(`the tree of earlier builds is made anew: ${reason}`);
  };
  if (kept.kind === 'refused') refuse(kept.reason);
  // What a build on objects of the tree without patches has failed by, is not tried on a copy of it.
  const found = kept.kind === 'usable' || refusal !== undefined ? kept : await copyUnpatched(top, request, context);
  if (found.kind === 'usable') {
    const { verdict, patched } = await bringOver(treeOf(top), found.state.patched, request, context);
    const { left } = found.state;
    if (verdict.kind === 'incremental')
      return {
        tree: {
          sourceDir: treeOf(top).sourceDir,
          earlier: { left, reconfigure: verdict.reconfigure },
          ...present({ madeAnew }),
        },
        patched,
      };
    refuse(verdict.reason);
  }
  await removeTree(top);
  await makeDir(treeOf(top).sourceDir);
  await dropOldest(top, MAX_TREES, context);
  await requireSpace(top, LEAST_BUILD_BYTES);
  context.log(`unpacking ${request.source.description}`);
  context.progress?.('unpacking the source');
  await request.source.unpack(treeOf(top).sourceDir, treeOf(top).index);
  const patched = await patchTree(treeOf(top), request.patches, context);
  return { tree: { sourceDir: treeOf(top).sourceDir, ...present({ madeAnew }) }, patched };
}

function treeOf(top: string): PatchedTree {
  return { sourceDir: join(top, 'source'), index: join(top, 'index'), pristine: join(top, 'pristine') };
}

type Found =
  | { readonly kind: 'usable'; readonly state: State }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'none' };

/** The state that the last build left, which is taken away: until the next ends there is none. */
async function takeState(top: string, refusal: string | undefined): Promise<Found> {
  const found = await readState(top);
  await rm(join(top, STATE), { force: true });
  return refusal !== undefined ? { kind: 'refused', reason: refusal } : found;
}

async function readState(top: string): Promise<Found> {
  if (!(await isThere(top))) return { kind: 'none' };
  const text = await readFile(join(top, STATE), 'utf8').catch(() => undefined);
  if (text === undefined) return { kind: 'refused', reason: 'the last build in it did not end' };
  const state = parseState(text);
  if (!state) return { kind: 'refused', reason: 'another pmemrig left it, or its state is damaged' };
  if (state.path !== top) return { kind: 'refused', reason: 'it was moved' };
  if (state.bootId !== (await readBootId())) return { kind: 'refused', reason: 'this host was started since' };
  if (state.endedMs > Date.now()) return { kind: 'refused', reason: "this host's clock was set back" };
  return { kind: 'usable', state };
}

function parseState(text: string): State | undefined {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function writeState(
  top: string,
  rest: Pick<State, 'left'> & { readonly patched: readonly string[] },
): Promise<void> {
  const state: State = {
    version: VERSION,
    path: top,
    bootId: await readBootId(),
    endedMs: Date.now(),
    ...rest,
    patched: [...rest.patched],
  };
  await writeIfChanged(join(top, STATE), JSON.stringify(state));
  await utimes(top, new Date(), new Date());
}

/** A copy of the tree without patches, whose objects are as good here. */
async function copyUnpatched(top: string, request: BuildTreeRequest, context: PrepareContext): Promise<Found> {
  if (request.patches.length === 0) return { kind: 'none' };
  const unpatched = topOf(request, undefined, context);
  if (!(await isThere(unpatched))) return { kind: 'none' };
  return await lend(unpatched, context, async () => {
    const found = await readState(unpatched);
    if (found.kind !== 'usable') return { kind: 'none' };
    await removeTree(top);
    await dropOldest(top, MAX_TREES, context);
    await requireSpace(unpatched, LEAST_BUILD_BYTES);
    context.progress?.('copying the tree without patches');
    await runTool(['cp', '--archive', '--reflink=auto', unpatched, top], { signal: context.signal });
    await rm(join(top, STATE));
    await renameInCommands(treeOf(unpatched).sourceDir, treeOf(top).sourceDir, context);
    return found;
  });
}

/**
 * Lets the commands by which a copied tree was built name the copy. Those of tools/ have the whole path, and one that
 * differs has objtool built anew, and then every object, which depends on it.
 */
async function renameInCommands(from: string, to: string, { signal }: PrepareContext): Promise<void> {
  const named = await tryTool(
    [
      'grep',
      '--recursive',
      '--files-with-matches',
      '--null',
      '--fixed-strings',
      '--include=.*.cmd',
      '--include=.*.d',
      '--',
      from,
      to,
    ],
    {
      signal,
    },
  );
  for (const file of named.stdout.split('\0').filter((name) => name !== ''))
    await writeAnew(
      file,
      (await readFile(file, 'utf8')).replaceAll(from, () => to),
    );
}

async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}
