import type { SeriesStep } from '../../../reports/verdicts/compare-series.ts';
import type { ExcludeRule, Matrix, SelectRule } from '../../model/matrix.ts';
import type { PatchSeries } from '../../model/series.ts';
import { composeKernel } from './compose-kernel.ts';
import { composeOnce, type OnceOptions } from './compose-once.ts';
import { literalPath } from './literal-path.ts';
import type { SeriesBase } from './series-base.ts';
import { present } from '../../model/present.ts';

/** The flags that describe what is built and run. */
export interface SeriesFlags extends Pick<OnceOptions, 'pmem' | 'config' | 'known'> {
  /** What the fragments are put on; `--base` is the source here. */
  readonly configBase?: string;
  /** Build and run the series patch by patch. */
  readonly each?: boolean;
  readonly suite?: readonly string[];
}

export const BASE_KERNEL = 'base';
/** With all patches. */
const PATCHED_KERNEL = 'patched';
/** What a locking or flush bug shows itself by, beside the default fragments. */
const WATCHFUL = ['+prove-locking', '+hung-task'];

/** What is added to the default fragments; undefined where the user names all fragments. */
function addedFragments({ config = [] }: Pick<SeriesFlags, 'config'>): readonly string[] | undefined {
  return config.every((word) => word.startsWith('+')) ? [...new Set([...WATCHFUL, ...config])] : undefined;
}

/**
 * What the kernels of a series are built with beside the default, and how `once` builds the same: another configuration
 * is another kernel, built anew.
 */
export function describeWatchful(flags: Pick<SeriesFlags, 'config'>): string | undefined {
  const added = addedFragments(flags);
  return (
    added &&
    `the kernels are built with --config ${added.join(',')}; ` +
      '`pmemrig once` with the same --config uses the same builds'
  );
}

/** One step a patch; only those whose kernel is in the composed matrix are built. */
export function planSteps({ patches }: PatchSeries): readonly SeriesStep[] {
  return patches.map(({ subject, files }, index) => ({
    kernel: index === patches.length - 1 ? PATCHED_KERNEL : `patch-${index + 1}`,
    patch: subject,
    files,
  }));
}

const SERIES_SUITES = ['lockdep', 'fio', 'flush', 'dax'] as const;

/**
 * The matrix, as a plain value, that a series stands for without a matrix file: lockdep, fio, and a quick part of
 * the rules of flush and dax, on nvdimm and virtio-pmem. Its kernels are those of the series in any case.
 * @param files the patches as single files, in order
 */
export function composeSeries(
  flags: SeriesFlags,
  base: SeriesBase,
  files: readonly string[],
  steps: readonly SeriesStep[],
  cwd = process.cwd(),
): Record<string, unknown> {
  const config = addedFragments(flags) ?? flags.config ?? [];
  const options = { ...base, config, ...present({ base: flags.configBase }) };
  const kernel = (name: string, patches: readonly string[]): Record<string, unknown> => {
    const composed = composeKernel({ ...options, patch: patches }, cwd);
    // composeKernel takes patches from where the user is; these are absolute.
    return {
      ...composed,
      name,
      ...(patches.length > 0 && { source: { ...asRecord(composed['source']), patches: patches.map(literalPath) } }),
    };
  };
  const built = steps.flatMap((step, index) =>
    flags.each === true || index === steps.length - 1 ? [kernel(step.kernel, files.slice(0, index + 1))] : [],
  );
  const once = composeOnce(
    {
      kernel: base.kernel,
      image: 'bookworm',
      pmem: flags.pmem,
      size: '1G',
      cpus: 2,
      memory: '2G',
      ...(flags.suite === undefined ? { suite: SERIES_SUITES, quick: true } : { suite: flags.suite }),
      ...present({ known: flags.known }),
    },
    [],
    cwd,
  );
  return { ...once, name: 'series', kernels: [kernel(BASE_KERNEL, []), ...built] };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/**
 * A matrix file with the kernels of a series in place of its own. What its include rules say of kernels is dropped; an
 * exclude rule that is about some kernels says nothing of these.
 */
export function replaceKernels(matrix: Matrix, kernels: Matrix['kernels'], known: Matrix['known']): Matrix {
  return {
    ...matrix,
    kernels,
    include: matrix.include.map(withoutKernel),
    exclude: matrix.exclude.filter(({ kernel }: ExcludeRule) => kernel === undefined),
    known: [...matrix.known, ...known],
  };
}

function withoutKernel(rule: SelectRule): SelectRule {
  const { kernel: _, ...rest } = rule;
  return rest;
}
