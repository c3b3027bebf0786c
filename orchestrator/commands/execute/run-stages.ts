import { multiplexReporters } from '../../../reports/formats/multiplex.ts';
import { createTerminalReporter } from '../../../reports/formats/terminal/create-reporter.ts';
import type { Reporter } from '../../../reports/formats/terminal/reporter.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { logLine } from '../../host/log-line.ts';
import { InfraError, UserError } from '../../model/errors.ts';
import { JOURNAL_VERSION, type JournalEvent } from '../../model/event.ts';
import { present } from '../../model/present.ts';
import { GuestKeeper } from '../../run/attempt/keep-guest.ts';
import { findIdleKnown } from '../../run/kernel/idle-known.ts';
import { prepareLocalExecutor } from '../../run/executor/prepare-local-executor.ts';
import { discardRun } from '../../run/record/discard-run.ts';
import type { RunFolder } from '../../run/record/run-folder.ts';
import { type RunOptions, runMatrix } from '../../run/run-matrix.ts';
import { VERSION } from '../../version.ts';
import { verboseLog } from '../plan/execute-options.ts';
import { holdGuest } from './hold-guest.ts';
import type { RunTask } from './run-task.ts';

type Release = () => void | Promise<void>;

interface OpenRun extends RunTask {
  readonly folder: RunFolder;
  readonly runDir: string;
}

/** Makes the run's folder, or opens that of the run to resume. */
export async function openFolder({
  openFolder: open,
}: Pick<RunTask, 'openFolder'>): Promise<Pick<OpenRun, 'folder' | 'runDir'>> {
  const folder = await open();
  return { folder, runDir: folder.dir };
}

/** Holds the guest of the first failure, where the user wants it. */
export function keepGuest(
  { options, runDir }: Pick<OpenRun, 'options' | 'runDir'>,
  onRelease: (release: Release) => void,
): { readonly keeper?: GuestKeeper } {
  if (options.keepGuest !== true) return {};
  const keeper = new GuestKeeper(runDir, logLine);
  onRelease(async () => keeper[Symbol.asyncDispose]());
  return { keeper };
}

/** Follows the run in the terminal. */
export function showProgress(
  { purpose, runDir, fold }: Pick<OpenRun, 'purpose' | 'runDir' | 'fold'>,
  onRelease: (release: Release) => void,
): { readonly reporter: Reporter } {
  // A verdict in JSON has standard output for itself.
  const stream = purpose.kind === 'kernels' && purpose.json === true ? process.stderr : process.stdout;
  const terminal = multiplexReporters([createTerminalReporter({ stream, runDir, ...present({ fold }) })]);
  let isOpen = true;
  const close = (summary?: RunSummary): void => {
    if (!isOpen) return;
    isOpen = false;
    terminal.close(summary);
  };
  onRelease(() => close());
  return { reporter: { onEvent: (event) => terminal.onEvent(event), close } };
}

interface ReadyRun extends OpenRun, Pick<RunOptions, 'qemu' | 'accelerator' | 'host' | 'usual'> {
  readonly cacheDir: string;
  readonly keeper?: GuestKeeper;
  readonly reporter: Reporter;
  readonly interrupt: AbortSignal;
}

/** What the run failed for as a whole, if it did; `end`: how it ended, if its journal does not say. */
interface RunResult {
  readonly failure?: { readonly error: unknown };
  readonly end?: JournalEvent & { readonly type: 'run-end' };
}

/**
 * Runs all cells. A failure of the run as a whole is a result here: what was finished is worth reading. But an error in
 * the input, before anything ran, leaves no run and is thrown.
 */
export async function runCells(run: ReadyRun): Promise<RunResult> {
  const { options, reporter, interrupt, folder, keeper } = run;
  let began = run.resumed !== undefined;
  try {
    await runMatrix({
      matrix: run.matrix,
      plan: run.plan,
      rerun: run.rerun,
      purpose: run.purpose,
      retries: run.retries,
      split: run.split,
      repeat: run.repeat,
      usual: run.usual,
      folder,
      version: VERSION,
      qemu: run.qemu,
      accelerator: run.accelerator,
      host: run.host,
      startup: run.clock,
      ...present({ resumed: run.resumed, jobs: options.jobs }),
      prepareExecutor: prepareLocalExecutor({
        folder,
        cacheDir: run.cacheDir,
        qemu: run.qemu,
        accelerator: run.accelerator,
        host: run.host,
        ...present({ jobs: options.jobs, keeper }),
      }),
      signal: interrupt,
      onEvent: (event) => {
        began ||= event.type === 'cell-start';
        reporter.onEvent(event);
      },
      log: verboseLog(options),
    });
    return {};
  } catch (error) {
    if (error instanceof UserError && !began) {
      reporter.close();
      await discardRun(folder.dir, logLine);
      throw error;
    }
    const end = endThatWasLost(error);
    return { failure: { error }, ...present({ end }) };
  }
}

/** The end that the journal could not take, because it was the journal that failed. */
function endThatWasLost(error: unknown): RunResult['end'] {
  if (!(error instanceof InfraError && error.code === 'journal-write')) return undefined;
  return { v: JOURNAL_VERSION, t: new Date().toISOString(), type: 'run-end', reason: 'infra', message: error.message };
}

/** Prints the report of what the terminal has followed. */
export function endProgress({
  reporter,
  summary,
}: {
  readonly reporter: Reporter;
  readonly summary: RunSummary;
}): void {
  reporter.close(summary);
}

/** Names the entries of `known:` that fit nothing, after a run of the whole matrix. */
export function warnOfIdleKnown({
  purpose,
  matrix,
  summary,
}: Pick<RunTask, 'purpose' | 'matrix'> & { readonly summary: RunSummary }): void {
  if (!purpose.whole) return;
  for (const warning of findIdleKnown(matrix.known, summary)) logLine(`warning: ${warning}`);
}

/** Waits for the user who wanted a guest. */
export async function waitWithGuest({
  keeper,
  failure,
  interrupt,
}: RunResult & { readonly keeper?: GuestKeeper; readonly interrupt: AbortSignal }): Promise<void> {
  if (keeper && !failure) await holdGuest(keeper, interrupt);
}
