import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readSeries } from '../../guests/kernels/build/read-series.ts';
import { loadMatrix } from '../../matrices/load.ts';
import type { ReplyFacts } from '../../reports/mail/reply-facts.ts';
import { renderReply } from '../../reports/mail/render-reply.ts';
import { compareSeries, type SeriesStep } from '../../reports/verdicts/compare-series.ts';
import { readLockClasses } from '../../reports/verdicts/read-lock-classes.ts';
import { InfraError } from '../model/errors.ts';
import type { Matrix } from '../model/matrix.ts';
import { cacheDir } from '../model/paths.ts';
import type { PmemTopology } from '../model/pmem.ts';
import { quoteWord } from '../model/quote-word.ts';
import type { PatchSeries } from '../model/series.ts';
import { formatSize } from '../model/size.ts';
import { expandMatrix } from '../plan/expand.ts';
import { filterPlan } from '../plan/filter.ts';
import { interruptSignal } from '../run/interrupt.ts';
import { listFioJobs, planSuite } from '../suites/registry.ts';
import { judgeAgainst } from './baseline.ts';
import { BASE_KERNEL, composeSeries, planSteps, replaceKernels, type SeriesFlags } from './compose-series.ts';
import { type ExecuteOptions, executeRun, verboseLog } from './execute-run.ts';
import { keepPatches } from './keep-patches.ts';
import { loadComposed, type PlannedMatrix } from './load-plan.ts';
import { logLine } from './log-line.ts';
import { rerunWords } from './rerun-words.ts';
import { parseSeriesBase, type SeriesBase } from './series-base.ts';
import { sortFiles } from './series-files.ts';

interface SeriesOptions extends ExecuteOptions, SeriesFlags {
  readonly base: string;
  /** Write an answer to the series: to this file, or after the report. */
  readonly mail?: string | true;
  readonly filter: readonly string[];
}

/** In the run's folder, whatever `--mail` says. */
const REPLY_FILE = 'reply.txt';

/**
 * `pmemrig series FIX.mbox --base SOURCE`: builds the base and the base with the series, or with each of its patches, runs both in one run and tells
 * what the series changed. The exit status is that of {@link judgeAgainst}; `words` is what the user typed behind `pmemrig`.
 */
export async function seriesCommand(files: readonly string[], options: SeriesOptions, words: readonly string[]): Promise<number> {
  const { patches: paths, matrix, mail } = sortFiles(files, options.mail);
  const base = parseSeriesBase(options.base);
  const series = await readFromFiles(paths, options);
  for (const note of series.notes) logLine(note);
  const steps = planSteps(series);
  const planned = await planSeries(options, matrix, base, series, steps);
  const command = describeCommand(paths, matrix, options, base);
  return executeRun(planned, rerunWords(words), options, {
    compare: async (summary, runDir) => compareSeries(summary, BASE_KERNEL, steps, { lockClasses: await readLockClasses(runDir, summary) }),
    tell: async (comparison, summary, runDir) => {
      const status = judgeAgainst(comparison, summary, { whole: false });
      await tellReply({ summary, comparison, series, steps, command, ...describeGuests(planned.matrix) }, runDir, mail);
      return comparison.kernels?.brokenBetween && status === 0 ? 1 : status;
    },
  });
}

async function readFromFiles(paths: readonly string[], options: ExecuteOptions): Promise<PatchSeries> {
  using signal = interruptSignal();
  return await readSeries(paths, { cacheDir: cacheDir(), signal, log: verboseLog(options) });
}

async function planSeries(options: SeriesOptions, file: string | undefined, base: SeriesBase, series: PatchSeries, steps: readonly SeriesStep[]): Promise<PlannedMatrix> {
  const composed = await loadComposed(composeSeries(options, base, await keepPatches(series, cacheDir()), steps));
  const matrix = file === undefined ? composed : replaceKernels(await loadMatrix(file, { env: process.env, fioJobs: listFioJobs() }), composed.kernels, composed.known);
  return { matrix, plan: filterPlan(expandMatrix(matrix, { planSuite }), options.filter) };
}

async function tellReply(facts: ReplyFacts, runDir: string, mail: SeriesOptions['mail']): Promise<void> {
  const reply = renderReply(facts);
  const kept = join(runDir, REPLY_FILE);
  for (const file of [kept, ...(typeof mail === 'string' ? [mail] : [])]) {
    await writeFile(file, reply).catch((error: unknown) => {
      throw new InfraError(`the answer could not be written to ${file}: ${error instanceof Error ? error.message : String(error)}`, { code: 'reply-write', remedy: file === kept ? 'free space there' : `it is in ${kept}`, cause: error });
    });
  }
  if (mail === true) process.stdout.write(`\n${reply}`);
  process.stdout.write(`\nanswer to the series: ${typeof mail === 'string' ? mail : kept} (fill in the tag, then git send-email or mutt -H)\n`);
}

/** For the mail: names without the folders of this host. */
function describeCommand(paths: readonly string[], matrix: string | undefined, { each, config, configBase, suite, pmem, filter }: SeriesOptions, { kernel, ref }: SeriesBase): string {
  return [
    'pmemrig series',
    ...paths.map((path) => quoteWord(basename(path))),
    '--base',
    quoteWord(ref === undefined ? basename(kernel) : `${basename(kernel)}@${ref}`),
    ...(matrix === undefined ? ['--pmem', pmem.join(','), ...(suite ? ['--suite', suite.join(',')] : [])] : [quoteWord(basename(matrix))]),
    ...(config ? ['--config', quoteWord(config.map((word) => basename(word)).join(','))] : []),
    ...(configBase === undefined ? [] : ['--config-base', quoteWord(configBase.startsWith('debian/') ? configBase : basename(configBase))]),
    ...(each === true ? ['--each'] : []),
    ...filter.flatMap((glob) => ['--filter', quoteWord(glob)]),
  ].join(' ');
}

function describeGuests({ guest, pmem }: Matrix): Pick<ReplyFacts, 'guest' | 'devices'> {
  return { guest: `QEMU, ${guest.cpus} ${guest.cpus === 1 ? 'CPU' : 'CPUs'}, ${formatSize(guest.memoryBytes)} of memory${guest.append.length === 0 ? '' : `, ${guest.append.join(' ')}`}`, devices: pmem.map(describeTopology) };
}

function describeTopology({ name, devices }: PmemTopology): string {
  return `${name}: ${devices.map((device) => `${device.kind} ${formatSize(device.sizeBytes)}${'namespace' in device ? ` (${device.namespace})` : ''}`).join(', ')}`;
}
