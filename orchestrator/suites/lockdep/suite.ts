import type { PlannedTest } from '../../model/cell.ts';
import type { LockdepSuiteSpec } from '../../../matrices/suites/lockdep.ts';
import type { TestResult } from '../../model/outcome.ts';
import { packageData } from '../../model/package-data.ts';
import type { Suite, SuiteContext, SuiteSession } from '../../model/suite.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { setUpStep } from '../shared/set-up-step.ts';
import { compareStates, readDeviceState } from '../shared/device-state.ts';
import { exerciseEnvironment } from './environment.ts';
import { exerciseOf } from './exercises.ts';
import { judgeExercise } from './judge.ts';
import { lockdepInOnce } from './once.ts';
import { planExercises } from './plan-exercises.ts';
import { SuiteSetupError } from '../../model/errors.ts';

const SCRIPTS_DIR = packageData('orchestrator/suites/lockdep/exercises');
/** In the guest, on tmpfs; the scripts make `work` beside it. */
const GUEST_DIR = '/run/pmemrig/lockdep';
/** What an exercise may take beyond its load before it counts as hung, unscaled. */
const MARGIN_SEC = 60;

/**
 * Exercises of the pmem stack's locks. What lockdep, or any other part of the kernel, says of them is the worker's to
 * see.
 */
export const lockdepSuite: Suite<LockdepSuiteSpec> = {
  kind: 'lockdep',
  // Devices are unbound and remade: no other cell shall depend on how well that went.
  needsFreshGuest: true,
  untestedAs: 'the lockdep exercises',
  once: lockdepInOnce,
  plan: planExercises,
  open: openLockdep,
};

async function openLockdep(context: SuiteContext<LockdepSuiteSpec>): Promise<SuiteSession> {
  const { spec, guest } = context;
  await requireLockdep(context);
  await setUpStep(context, ['mkdir', '-p', GUEST_DIR]);
  await guest.upload(SCRIPTS_DIR, `${GUEST_DIR}/exercises`);
  const before = await readDeviceState(context);
  if (before === undefined) throw new SuiteSetupError("the devices' state could not be read", '', 'hang');

  let spent = false;
  return {
    get spent() {
      return spent;
    },
    testTimeoutMs: () => (spec.durationSec + MARGIN_SEC) * 1000,
    forgives: ({ name }) => exerciseOf(name).forgives ?? [],
    async run(test, attempt) {
      const result = await runExercise(context, test, attempt);
      if (result.status === 'skip') return result;
      spent = exerciseOf(test.name).spendsGuest ?? false;
      if (spent) return result;
      const left = await findLeftovers(context, before);
      if (left.length === 0) return result;
      spent = true;
      return withLeftovers(result, left);
    },
    async close() {
      await guest.exec(['rm', '-rf', GUEST_DIR], { timeoutMs: TIMEOUTS_MS.setup * context.timeoutScale });
    },
  };
}

/**
 * Known before the boot for some kernels only. /proc/lockdep alone comes with CONFIG_LOCKDEP too, which others select.
 */
async function requireLockdep({ guest, timeoutScale }: SuiteContext<LockdepSuiteSpec>): Promise<void> {
  const { stdout, timedOut } = await guest.exec(['cat', '/proc/lockdep_stats'], {
    timeoutMs: TIMEOUTS_MS.setup * timeoutScale,
  });
  if (timedOut) throw new SuiteSetupError('the kernel did not show /proc/lockdep_stats in time', '', 'hang');
  if (stdout.includes('direct dependencies')) return;
  throw new SuiteSetupError(
    `the kernel ${guest.kernelRelease} has no CONFIG_PROVE_LOCKING (/proc/lockdep_stats ` +
      `${stdout === '' ? 'is missing' : 'lists no dependencies'}): the exercises would prove nothing`,
    'build the kernel with CONFIG_PROVE_LOCKING=y',
  );
}

async function runExercise(
  context: SuiteContext<LockdepSuiteSpec>,
  { name }: PlannedTest,
  attempt: number,
): Promise<TestResult> {
  const { guest, artifacts } = context;
  const exercise = exerciseOf(name);
  // No deadline of its own: past the test's, the worker takes the kernel's stacks while the exercise still hangs.
  const exit = await guest.exec(['/bin/sh', `${GUEST_DIR}/exercises/${exercise.script}`], {
    env: exerciseEnvironment(context, exercise),
  });
  const log = await artifacts.put(
    `${name.slice(name.indexOf('/') + 1)}.${attempt}.log`,
    `${exit.stdout}${exit.stderr === '' ? '' : `\n--- stderr\n${exit.stderr}`}`,
  );
  return { ...judgeExercise(exit), artifacts: [log] };
}

async function findLeftovers(context: SuiteContext<LockdepSuiteSpec>, before: string): Promise<readonly string[]> {
  const after = await readDeviceState(context);
  return after === undefined ? ["the devices' state could not be read"] : compareStates(before, after);
}

/** One that passed but left the devices otherwise fails: disable and enable, unbind and bind must come out even. */
function withLeftovers(result: TestResult, left: readonly string[]): TestResult {
  const said =
    `the devices are not as before (${left.length} ${left.length === 1 ? 'difference' : 'differences'}, ` +
    `the first is ${left[0]})`;
  return {
    ...result,
    status: result.status === 'pass' ? 'fail' : result.status,
    message: result.message === undefined ? said : `${result.message}; ${said}`,
    evidence: [...(result.evidence === undefined ? [] : [result.evidence]), ...left].join('\n'),
  };
}
