import { InfraError } from '../../model/errors.ts';
import type { ExecResult, Guest } from '../../model/guest.ts';
import type { HostControl } from '../../model/host-control.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import { messageOf } from '../../model/message-of.ts';
import type { TapReport } from '../shared/tap/report.ts';
import { TapReader } from '../shared/tap/reader.ts';
import { answerRequests } from './answer-request.ts';
import { serveChannel, UnreadableRequest } from './channel/serve-channel.ts';
import { followMachine } from './machine-state.ts';
import { startTimer } from './pausable-timer.ts';
import { OutputTail } from './output-tail.ts';
import { findNameSpace } from './process/name-space.ts';
import { type ScenarioEnd, startScenario } from './process/start-scenario.ts';

/** Of both streams together. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;
const MAX_PROCESSES = 512;
const COUNT_EVERY_MS = 500;

export interface ScenarioRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly guest: Guest;
  readonly host: HostControl;
  readonly hello: unknown;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly onOutput: (chunk: Buffer) => void;
  readonly onAllowedProblem: (problem: KnownProblem) => void;
  /** Aborts when the rig no longer waits for the scenario. */
  readonly over?: AbortSignal;
  /** Absent: as this host allows it. */
  readonly findNameSpace?: typeof findNameSpace;
}

/** How a scenario has ended. */
export interface ScenarioResult {
  readonly result: ExecResult;
  readonly tap: TapReport;
  /** The first words of what it threw. */
  readonly threw?: string;
  /** Why the rig has killed it before its time. */
  readonly killedFor?: string;
  /** A command that ran in the guest when the time was over. */
  readonly runningCommand?: string;
}

/**
 * Runs a scenario on the host until it ends or has to be ended. None of its processes is left then, and its guest runs.
 * Rejects with GuestDeath or InfraError where the guest or the rig ended it.
 */
export async function runScenario(run: ScenarioRun): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const tap = new TapReader();
  const tails = { stdout: new OutputTail(), stderr: new OutputTail() };
  const commands: string[] = [];
  let threw: string | undefined;
  let killedFor: string | undefined;
  let timedOut = false;
  let runningCommand: string | undefined;
  let fatal: Error | undefined;
  let outputBytes = 0;

  const scenario = startScenario({ ...run, nameSpace: await (run.findNameSpace ?? findNameSpace)() });
  const killFor = (reason: string): void => {
    killedFor ??= reason;
    scenario.kill();
  };
  for (const name of ['stdout', 'stderr'] as const)
    scenario[name].on('data', (chunk: Buffer) => {
      outputBytes += chunk.length;
      if (outputBytes > MAX_OUTPUT_BYTES) return killFor(`it printed more than ${MAX_OUTPUT_BYTES / 2 ** 20} MiB`);
      if (name === 'stdout') tap.push(chunk);
      tails[name].push(chunk);
      run.onOutput(chunk);
    });

  const timer = startTimer(run.timeoutMs, () => {
    timedOut = true;
    runningCommand = commands[0];
    scenario.kill();
  });
  const machine = followMachine(run.host, (is) => (is === 'paused' ? timer.pause() : timer.resume()));
  const answer = answerRequests({
    guest: run.guest,
    machine,
    note: (line) => run.onOutput(Buffer.from(`[${line}]\n`)),
    onAllowedProblem: run.onAllowedProblem,
    onThrew: (message) => (threw ??= message),
    onFatal: (error) => {
      fatal ??= error;
      scenario.kill();
    },
    onCommand: (shown, isRunning) => {
      if (isRunning) commands.push(shown);
      else commands.splice(commands.indexOf(shown), 1);
    },
  });
  const served = serveChannel(scenario.channel, { hello: run.hello, answer }).catch((error: unknown) => {
    if (error instanceof UnreadableRequest) killFor(`what it wrote to its channel cannot be read: ${messageOf(error)}`);
  });
  const refuseProcesses = async (): Promise<void> => {
    if ((await scenario.countProcesses()) > MAX_PROCESSES) killFor(`it had more than ${MAX_PROCESSES} processes`);
  };
  const counter = setInterval(() => {
    void refuseProcesses();
  }, COUNT_EVERY_MS);
  const abort = (): void => scenario.kill();
  run.over?.addEventListener('abort', abort, { once: true });
  if (run.over?.aborted === true) abort();

  let end: ScenarioEnd;
  try {
    end = await scenario.ended;
    await served;
  } catch (cause) {
    throw new InfraError(`the scenario could not be started: ${messageOf(cause)}`, { code: 'no-scenario', cause });
  } finally {
    timer.stop();
    clearInterval(counter);
    run.over?.removeEventListener('abort', abort);
  }
  if (fatal !== undefined) throw fatal;
  if (runningCommand === undefined && run.over?.aborted !== true) await machine.restore();
  return {
    tap: tap.end(),
    result: {
      exitCode: end.exitCode,
      signal: end.signal,
      stdout: tails.stdout.text(),
      stderr: tails.stderr.text(),
      truncated: tails.stdout.isCut || tails.stderr.isCut,
      timedOut,
      durationMs: performance.now() - startedAt,
      leftBehind: end.left,
    },
    ...(threw !== undefined && { threw }),
    ...(killedFor !== undefined && { killedFor }),
    ...(runningCommand !== undefined && { runningCommand }),
  };
}
