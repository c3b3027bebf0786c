import { resolve } from 'node:path';
import { formatDuration } from '../../reports/text/format.ts';
import { describeError } from '../model/errors.ts';
import { cacheDir } from '../model/paths.ts';
import { estimateCells } from '../plan/estimate.ts';
import { interruptSignal } from '../run/interrupt.ts';
import type { RunPurpose } from '../run/record/run-purpose.ts';
import { needsFreshGuest } from '../suites/registry.ts';
import { bisectErrorStatus } from './judge/bisect-error.ts';
import { chooseSuites } from './compose/choose-suites.ts';
import { composeKernel } from './compose/compose-kernel.ts';
import { takeKernelOperand } from './compose/kernel-operand.ts';
import { namedSuites, type OnceOptions } from './compose/compose-once.ts';
import { settleDefaults } from './compose/settle-defaults.ts';
import { nameDefaults } from './defaults/name-defaults.ts';
import { executeRun } from './execute/execute-run.ts';
import type { ExecuteOptions } from './plan/execute-options.ts';
import { isWhole } from './plan/is-whole.ts';
import { planFlags, type PlannedMatrix } from './plan/load-plan.ts';
import { logLine } from '../host/log-line.ts';
import { rerunWords } from './plan/rerun-words.ts';
import { findWatcher } from './execute/watched-kernel.ts';
import { watchRounds } from './execute/watch-rounds.ts';

interface OnceCommandOptions extends OnceOptions, ExecuteOptions {
  readonly bisect?: boolean;
  /** Runs again whenever the kernel's file changes. */
  readonly watch?: boolean;
}

interface OnceWords {
  /** The operands, from before and after the `--`. */
  readonly words: readonly string[];
  /** All that the user typed behind `pmemrig`. */
  readonly argv: readonly string[];
  /** What `--kernel` says, if the user said it. */
  readonly kernel?: string | undefined;
}

/**
 * `pmemrig once … [-- COMMAND]`: one kernel, described by flags.
 * With `--bisect` it rejects with nothing: git takes every status from 1 to 124 for "bad".
 */
export async function onceCommand(
  { words, argv, kernel: named }: OnceWords,
  said: OnceCommandOptions,
): Promise<number> {
  const run = async (how: { readonly status?: 'bisect' } = {}): Promise<number> => {
    const { kernel = said.kernel, command } = takeKernelOperand(words, { argv, kernel: named });
    const options = settleDefaults({ ...said, kernel }, command);
    if (options.watch === true) return await watchKernel(command, options, argv);
    const planned = await planOnce(options, command);
    const purpose: RunPurpose = { kind: 'alone', whole: isWhole(options), ...how };
    const { status } = await executeRun(planned, purpose, rerunWords(argv, options.defaults), options);
    return status;
  };
  if (said.bisect !== true) return run();
  try {
    return await run({ status: 'bisect' });
  } catch (error) {
    logLine(`pmemrig: ${nameDefaults(describeError(error), said.defaults)}`);
    return bisectErrorStatus(error);
  }
}

/** Round after round, each reported by what it does otherwise than the one before. */
async function watchKernel(
  command: readonly string[],
  said: OnceCommandOptions,
  words: readonly string[],
): Promise<number> {
  // A round begins long after the code was loaded.
  const { loadedMs: _, ...options } = said;
  using interrupt = interruptSignal();
  const watcher = findWatcher(composeKernel(options, process.cwd()), {
    cacheDir: cacheDir(),
    log: logLine,
    signal: interrupt,
  });
  // A build's folder stays named as the folder; a package may have a successor.
  const isFile = resolve(options.kernel) === watcher.path;
  const run = async (kernel: string, baseDir: string | undefined) => {
    const planned = await planOnce(isFile ? { ...options, kernel } : options, command);
    const purpose: RunPurpose =
      baseDir === undefined ? { kind: 'alone', whole: false } : { kind: 'round', whole: false, baseDir };
    return await executeRun(planned, purpose, rerunWords(words, options.defaults), options);
  };
  // Awaited here, since the signal's handlers go when this function ends.
  return await watchRounds({ watcher, run, signal: interrupt, say: logLine });
}

/** What the flags stand for; where they leave something open, what is taken and why is said on stderr. */
async function planOnce(options: OnceOptions, command: readonly string[]): Promise<PlannedMatrix> {
  if (namedSuites(options, command)) return planFlags(options, command);
  const kernel = composeKernel(options, process.cwd());
  const { suites, why } = await chooseSuites(options, kernel);
  const planned = await planFlags({ ...options, chosen: suites }, command);
  for (const line of [...describeModules(kernel, options), ...why]) logLine(line);
  logLine(
    `about ${formatDuration(estimateCells(planned.plan.cells, needsFreshGuest) * 1000)} one guest at a time ` +
      'without KVM',
  );
  return planned;
}

/** Modules that were looked for because none were named. */
function describeModules(
  { image, modules: found }: Readonly<Record<string, unknown>>,
  { modules: named }: OnceOptions,
): readonly string[] {
  if (image === undefined || named !== undefined) return [];
  return [
    typeof found === 'string'
      ? `modules: ${found}`
      : 'modules: none of this kernel lie beside it, so all drivers must be built in (else --modules DIR)',
  ];
}
