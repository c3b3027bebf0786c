import { UserError } from '../../orchestrator/model/errors.ts';
import { type KernelSpec, type SourceKernelSpec, wholeKernelConfig } from '../../orchestrator/model/matrix.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { readPatches } from './patches/read-patches.ts';
import { checkTreeSource } from './build/tree-source.ts';
import { parseFragment } from './kconfig/fragment.ts';
import { loadFragments } from './kconfig/load-fragments.ts';
import { readKernelRelease } from './image/kernel-release.ts';

/** What is wrong with one kernel of a matrix. */
export interface KernelComplaint {
  /** Index of the kernel, and the keys below it that lead to what is wrong. */
  readonly at: readonly (string | number)[];
  readonly error: UserError;
}

/** One look, and where in the kernel it looks. */
interface Check {
  readonly at: readonly (string | number)[];
  /** The same for the same look: the kernels of a series share their tree and patches. */
  readonly key: string;
  readonly run: () => Promise<unknown>;
}

/**
 * Finds what would stop a run before its first guest and can be seen without building and without a network: revisions,
 * uncommitted changes below patches, patches, fragments, images. Rejects with InfraError if the host fails.
 */
export async function findKernelComplaints(
  kernels: readonly KernelSpec[],
  context: PrepareContext,
): Promise<readonly KernelComplaint[]> {
  const outcomes = new Map<string, Promise<UserError | undefined>>();
  const complaints = await Promise.all(
    kernels.flatMap((kernel, index) =>
      listChecks(kernel, context).map(async ({ at, key, run }) => {
        const outcome = outcomes.get(key) ?? complaintOf(run);
        outcomes.set(key, outcome);
        const error = await outcome;
        return error === undefined ? [] : [{ at: [index, ...at], error }];
      }),
    ),
  );
  return complaints.flat();
}

function listChecks(kernel: KernelSpec, context: PrepareContext): readonly Check[] {
  if (kernel.kind === 'image')
    return [{ at: ['image'], key: `image ${kernel.image}`, run: async () => readKernelRelease(kernel.image) }];
  if (kernel.kind !== 'source') return [];
  const { source, config } = kernel;
  return [
    ...listConfigChecks(config),
    ...source.patches.map((file, index): Check => ({
      at: ['source', 'patches', index],
      key: `patch ${file}`,
      run: async () => readPatches([file], context),
    })),
    ...(source.kind === 'tree' ? [checkOfTree(source, context)] : []),
  ];
}

/** `+name` adds to the default ones on the command line alone, where the flag is taken apart. */
function listConfigChecks(config: SourceKernelSpec['config']): readonly Check[] {
  const adding = config.findIndex((fragment) => fragment.startsWith('+'));
  if (adding >= 0)
    return [
      { at: ['config', adding], key: `adds ${config.join(' ')}`, run: () => Promise.reject(addsInMatrix(config)) },
    ];
  return config.map((fragment, index): Check => ({
    at: ['config', index],
    key: `fragment ${fragment}`,
    run: async () => (await loadFragments([fragment])).map(({ text, file }) => parseFragment(text, file)),
  }));
}

function checkOfTree(source: Extract<SourceKernelSpec['source'], { kind: 'tree' }>, context: PrepareContext): Check {
  const { path, ref, patches } = source;
  return {
    at: ['source', ref === undefined ? 'tree' : 'ref'],
    key: `tree ${JSON.stringify([path, ref, patches.length > 0])}`,
    run: async () => checkTreeSource(source, context),
  };
}

async function complaintOf(run: Check['run']): Promise<UserError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function addsInMatrix(config: readonly string[]): UserError {
  return new UserError(
    `"${config.find((fragment) => fragment.startsWith('+')) ?? ''}" adds to the default fragments on the ` +
      'command line alone: a matrix lists them all',
    {
      code: 'adds-in-matrix',
      remedy: `write config: [${wholeKernelConfig(config).join(', ')}]`,
    },
  );
}
