import { CANARIES, type CanaryName } from '../../model/canary.ts';
import type { PlannedTest } from '../../model/cell.ts';
import type { SelftestSuiteSpec } from '../../../matrices/suites/selftest.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { Suite, SuiteContext, SuiteSession } from '../../model/suite.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { oneLine } from '../shared/one-line.ts';
import { CANARY_TABLE } from './canaries.ts';
import { CONTROL, type CanaryLacks, loadCanary } from './load-canary.ts';

/** What a report may take to be printed after the command that caused it has returned. */
const SETTLE_SEC = 1;
/** What was planted spends its guest: the next test waits for a boot. */
const REBOOT_SEC = 12;
const QUIET = 'quiet';
const QUIET_SEC = 3;
/** Beside what the canary lasts; unscaled. */
const MARGIN_MS = 20_000;

/**
 * Proves the rig on the kernel under test: each test plants one kernel problem, which the rig must see there, as what
 * it is. Whether it did is for the worker to judge, see `PlannedTest.expects`; a test here only says whether it was
 * planted.
 */
export const selftestSuite: Suite<SelftestSuiteSpec> = {
  kind: 'selftest',
  needsFreshGuest: true,
  boot: 'cold',
  provesRig: true,
  ignoresFilesystem: true,
  once: { filesystem: { onDax: 'none', elsewhere: 'none' } },
  plan: ({ spec }) => [
    ...spec.canaries.map((name): PlannedTest => {
      const { expects, lastsSec = 0 } = CANARY_TABLE[name];
      return { name: `${spec.name}/${name}`, estimateSec: lastsSec + SETTLE_SEC + REBOOT_SEC, expects };
    }),
    // Last, so that it also shows that the run goes on after a panic.
    { name: `${spec.name}/${QUIET}`, estimateSec: QUIET_SEC, expects: { kinds: [] } },
  ],
  open: openSelftest,
};

async function openSelftest(context: SuiteContext<SelftestSuiteSpec>): Promise<SuiteSession> {
  const lacks = await loadCanary(context);
  const nameOf = (test: PlannedTest): string => test.name.slice(context.spec.name.length + 1);
  return {
    testTimeoutMs: (test) => MARGIN_MS + 1000 * (findCanary(nameOf(test))?.lastsSec ?? QUIET_SEC),
    async run(test) {
      const name = findName(nameOf(test));
      return name === undefined ? keepQuiet(context) : plant(context, name, lacks);
    },
    // The module stays: what its commands have left behind may still use it. No other cell gets this guest.
    async close() {},
  };
}

async function keepQuiet({ guest }: SuiteContext<SelftestSuiteSpec>): Promise<TestResult> {
  await guest.exec(['sleep', String(QUIET_SEC)]);
  return { status: 'pass' };
}

async function plant(
  { guest }: SuiteContext<SelftestSuiteSpec>,
  name: CanaryName,
  lacks: CanaryLacks,
): Promise<TestResult> {
  const lack = lacks.get(name);
  if (lack !== undefined)
    return { status: 'skip', message: `this kernel has no ${lack}, and so reports no such problem` };
  const { lastsSec, thresholds = {} } = CANARY_TABLE[name];
  for (const [file, value] of Object.entries(thresholds)) {
    const set = await guest.exec(`echo ${value} > ${file}`, { timeoutMs: TIMEOUTS_MS.setup });
    if (set.exitCode !== 0)
      return { status: 'fail', message: `${file} could not be set to ${value}: ${oneLine(set.stderr, 200)}` };
  }
  const words = lastsSec === undefined ? name : `${name} ${lastsSec}`;
  const planted = await guest.exec(`echo "${words}" > ${CONTROL}`);
  await guest.exec(['sleep', String(SETTLE_SEC)]);
  // An oops kills the shell that caused it: only words of the shell's own are a refusal.
  if (planted.exitCode !== 0 && planted.stderr.trim() !== '')
    return { status: 'fail', message: `the canary refused "${words}": ${oneLine(planted.stderr, 200)}` };
  return { status: 'pass' };
}

function findName(name: string): CanaryName | undefined {
  return CANARIES.find((canary) => canary === name);
}

function findCanary(name: string) {
  const found = findName(name);
  return found && CANARY_TABLE[found];
}
