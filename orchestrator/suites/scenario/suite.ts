import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SCENARIO_ENDING, type ScenarioSuiteSpec } from '../../../matrices/suites/scenario.ts';
import { InfraError } from '../../model/errors.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import { lastLines } from '../../model/last-lines.ts';
import type { TestResult } from '../../model/outcome.ts';
import { explainExitStatus } from '../../model/signals.ts';
import type { Suite, SuiteContext, SuiteSession } from '../../model/suite.ts';
import { describeTimeout } from '../../model/timeouts.ts';
import { judgeProgram } from '../shared/judge-program.ts';
import { oneLine } from '../shared/one-line.ts';
import { openOutputFile } from '../shared/output-file.ts';
import { scenarioEnvironment } from './environment.ts';
import { parseScenario } from './parse-scenario.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';

/** Its start, the boot that brings its guest back, and its end; unscaled. */
const MARGIN_SEC = 60;
const MAX_THREW_CHARS = 300;
const MAX_LEFT_NAMED = 10;
/** Of Node: an `await` at the top whose promise nothing can settle any more. */
const UNSETTLED_STATUS = 13;

const describeOutput = (attempt: number): string => `output.${attempt}.log`;

/** A script of the user's on the host, which works the guest and its machine, judged as a command is. */
export const scenarioSuite: Suite<ScenarioSuiteSpec> = {
  kind: 'scenario',
  needsFreshGuest: true,
  needsHostControl: true,
  boot: 'cold',
  // It cuts the power: what is mounted is its own affair.
  ignoresFilesystem: true,
  once: { isNeverImplied: true, filesystem: { onDax: 'none', elsewhere: 'none' } },
  plan: ({ spec }) => [
    {
      name: `${spec.name}/${basename(spec.file, SCENARIO_ENDING)}`,
      estimateSec: Math.min(spec.timeoutSec, 60),
    },
  ],
  check: async ({ file }) => parseScenario(file),
  open: async (context): Promise<SuiteSession> => {
    const outputs = new Map<number, string>();
    const allowed: KnownProblem[] = [];
    return {
      testTimeoutMs: () => (context.spec.timeoutSec + MARGIN_SEC) * 1000,
      forgives: () => allowed,
      run: async (_test, attempt, over) => {
        allowed.length = 0;
        return runAttempt(context, {
          attempt,
          over,
          keep: (name) => outputs.set(attempt, name),
          allow: (problem) => allowed.push(problem),
        });
      },
      salvage: async (_test, attempt) => [outputs.get(attempt)].filter((name) => name !== undefined),
      close: async () => undefined,
    };
  },
};

async function runAttempt(
  context: SuiteContext<ScenarioSuiteSpec>,
  attempt: {
    readonly attempt: number;
    readonly over: AbortSignal | undefined;
    readonly keep: (artifact: string) => void;
    readonly allow: (problem: KnownProblem) => void;
  },
): Promise<TestResult> {
  const { spec, cell, guest, host, artifacts, timeoutScale, timeoutScaleWhy } = context;
  if (host === undefined) throw new InfraError('this guest has no switches', { code: 'no-host-control' });
  const source = await artifacts.put(basename(spec.file), await readScenario(spec.file));
  const kept = artifacts.open(describeOutput(attempt.attempt));
  attempt.keep(kept.artifact);
  const output = openOutputFile(kept.stream);
  const tmpDir = await mkdtemp(join(tmpdir(), 'pmemrig-scenario-'));
  let ran: ScenarioResult;
  let outputProblem: string | undefined;
  try {
    const { type, mountOptions, mkfsOptions } = cell.filesystem;
    ran = await runScenario({
      file: spec.file,
      args: spec.args,
      guest,
      host,
      hello: {
        cell: cell.id,
        kernelRelease: guest.kernelRelease,
        devices: guest.devices,
        filesystem: { type, mountOptions, mkfsOptions },
        faultsRefusal: host.faults.refusal,
      },
      cwd: tmpDir,
      env: scenarioEnvironment(cell, guest, { tmpDir }),
      timeoutMs: spec.timeoutSec * timeoutScale * 1000,
      onOutput: (chunk) => output.write(chunk),
      onAllowedProblem: attempt.allow,
      ...(attempt.over && { over: attempt.over }),
    });
  } finally {
    outputProblem = await output.close();
    await rm(tmpDir, { recursive: true, force: true });
  }
  // The kernel may be stuck: past its deadline the rig takes the stacks.
  if (ran.runningCommand !== undefined) await new Promise<never>(() => undefined);
  const timeout = describeTimeout('timeout', spec.timeoutSec, timeoutScale, timeoutScaleWhy);
  const judged = judge(ran, timeout);
  const evidence = [judged.evidence, outputProblem && `[pmemrig: ${outputProblem}]`].filter(
    (part) => part !== undefined,
  );
  return {
    ...judged,
    ...(evidence.length > 0 && { evidence: evidence.join('\n') }),
    artifacts: [kept.artifact, source],
  };
}

function judge({ result, tap, threw, killedFor }: ScenarioResult, timeout: string): TestResult {
  const judged = judgeProgram(result, { timeout, tap, what: 'the scenario', explainStatus });
  if (killedFor !== undefined)
    return {
      ...judged,
      status: 'fail',
      message: `the scenario was killed: ${killedFor}`,
      evidence: lastLines(`${result.stdout}\n${result.stderr}`, 30),
    };
  const { leftBehind = [] } = result;
  const more = leftBehind.length - MAX_LEFT_NAMED;
  const said = [
    judged.message,
    ...(threw === undefined || judged.status === 'hang' ? [] : [`it threw: ${oneLine(threw, MAX_THREW_CHARS)}`]),
    ...(judged.status === 'hang'
      ? []
      : leftBehind.slice(0, MAX_LEFT_NAMED).map((name) => `${name} was left running and was killed`)),
    ...(judged.status !== 'hang' && more > 0 ? [`and ${more} more processes`] : []),
  ].filter((part) => part !== undefined);
  return { ...judged, ...(said.length > 0 && { message: said.join('; ') }) };
}

function explainStatus(exitCode: number): string {
  return exitCode === UNSETTLED_STATUS ? ' (it awaits what nothing can settle any more)' : explainExitStatus(exitCode);
}

/** Rejects with InfraError for one that is gone meanwhile. */
async function readScenario(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new InfraError(`the scenario ${file} cannot be read`, { code: 'no-scenario', cause });
  }
}
