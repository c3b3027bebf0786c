import { basename, resolve } from 'node:path';
import { readSeries } from '../../guests/kernels/patches/read-series.ts';
import type { SeriesStep } from '../../reports/verdicts/compare-series.ts';
import { cacheDir } from '../model/paths.ts';
import { quoteWord } from '../model/quote-word.ts';
import type { PatchSeries } from '../model/series.ts';
import { expandMatrix } from '../plan/expand.ts';
import { filterPlan } from '../plan/filter.ts';
import { narrowTests } from '../plan/narrow-tests.ts';
import { interruptSignal } from '../run/interrupt.ts';
import { suiteFor } from '../suites/registry.ts';
import {
  composeSeries,
  describeWatchful,
  planSteps,
  replaceKernels,
  type SeriesFlags,
} from './compose/compose-series.ts';
import { executeRun } from './execute/execute-run.ts';
import { type ExecuteOptions, verboseLog } from './plan/execute-options.ts';
import { isWhole } from './plan/is-whole.ts';
import { keepPatches } from './compose/keep-patches.ts';
import { loadComposed, loadFile, type PlannedMatrix } from './plan/load-plan.ts';
import { logLine } from '../host/log-line.ts';
import { rerunWords } from './plan/rerun-words.ts';
import { parseSeriesBase, type SeriesBase } from './compose/series-base.ts';
import { sortFiles } from './compose/series-files.ts';

interface SeriesOptions extends ExecuteOptions, SeriesFlags {
  readonly base: string;
  /** Write an answer to the series: to this file, or after the report. */
  readonly mail?: string | true;
  readonly filter: readonly string[];
  readonly test?: readonly string[];
}

/**
 * `pmemrig series FIX.mbox --base SOURCE`: builds the base, and the base with the series or with each of its patches.
 * Runs all in one run and prints what the series changed. `words` is what the user typed behind `pmemrig`.
 */
export async function seriesCommand(
  files: readonly string[],
  options: SeriesOptions,
  words: readonly string[],
): Promise<number> {
  const { patches: paths, matrix, mail } = sortFiles(files, options.mail);
  const base = parseSeriesBase(options.base);
  const series = await readFromFiles(paths, options);
  for (const note of series.notes) logLine(note);
  const steps = planSteps(series);
  const planned = await planSeries(options, matrix, base, series, steps);
  const watchful = describeWatchful(options);
  if (watchful !== undefined) logLine(watchful);
  const command = describeCommand(paths, matrix, options, base);
  const { status } = await executeRun(
    planned,
    {
      kind: 'series',
      whole: isWhole(options),
      series,
      command,
      ...(mail !== undefined && { mail: mail === true ? mail : resolve(mail) }),
    },
    rerunWords(words, options.defaults),
    options,
  );
  return status;
}

async function readFromFiles(paths: readonly string[], options: ExecuteOptions): Promise<PatchSeries> {
  using signal = interruptSignal();
  return await readSeries(paths, { cacheDir: cacheDir(), signal, log: verboseLog(options) });
}

async function planSeries(
  options: SeriesOptions,
  file: string | undefined,
  base: SeriesBase,
  series: PatchSeries,
  steps: readonly SeriesStep[],
): Promise<PlannedMatrix> {
  const composed = await loadComposed(composeSeries(options, base, await keepPatches(series, cacheDir()), steps), {
    nameValue: (path) => nameSeriesFlag(path, options),
    nameCommit: (ref) => `--base ${quoteWord(`${base.kernel}@${ref}`)}`,
  });
  const matrix =
    file === undefined ? composed : replaceKernels((await loadFile(file)).matrix, composed.kernels, composed.known);
  return {
    matrix,
    plan: narrowTests(filterPlan(expandMatrix(matrix, { suiteFor }), options.filter), options.test ?? []),
  };
}

/** `--base linux@v9`: what the user wrote for a value of the composed matrix. */
function nameSeriesFlag(
  path: readonly (string | number)[],
  { base, config, configBase, pmem, suite }: SeriesOptions,
): string | undefined {
  if (path[0] === 'pmem') return `--pmem ${pmem.join(',')}`;
  if (path[0] === 'suites' && suite) return `--suite ${suite.join(',')}`;
  if (path[0] !== 'kernels') return undefined;
  if (path[2] === 'config' && config) return `--config ${config.join(',')}`;
  if (path[2] === 'base' && configBase !== undefined) return `--config-base ${configBase}`;
  return path[3] === 'patches' ? undefined : `--base ${base}`;
}

/** For the mail: names without the folders of this host. */
function describeCommand(
  paths: readonly string[],
  matrix: string | undefined,
  { each, config, configBase, suite, pmem, filter, test = [] }: SeriesOptions,
  { kernel, ref }: SeriesBase,
): string {
  return [
    'pmemrig series',
    ...paths.map((path) => quoteWord(basename(path))),
    '--base',
    quoteWord(ref === undefined ? basename(kernel) : `${basename(kernel)}@${ref}`),
    ...(matrix === undefined
      ? ['--pmem', pmem.join(','), ...(suite ? ['--suite', suite.join(',')] : [])]
      : [quoteWord(basename(matrix))]),
    ...(config ? ['--config', quoteWord(config.map((word) => basename(word)).join(','))] : []),
    ...(configBase === undefined
      ? []
      : ['--config-base', quoteWord(configBase.startsWith('debian/') ? configBase : basename(configBase))]),
    ...(each === true ? ['--each'] : []),
    ...filter.flatMap((glob) => ['--filter', quoteWord(glob)]),
    ...test.flatMap((glob) => ['--test', quoteWord(glob)]),
  ].join(' ');
}
