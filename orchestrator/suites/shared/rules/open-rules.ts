import { GuestDeath, SuiteSetupError } from '../../../model/errors.ts';
import type { TestResult } from '../../../model/outcome.ts';
import { isInRange } from '../../../model/kernel-range.ts';
import type { RuleSabotage } from '../../../model/rule-text.ts';
import type { SuiteContext, SuiteSession } from '../../../model/suite.ts';
import type { RuleSuiteSpec } from '../../../../matrices/suites/rule-suite.ts';
import { compareStates, readDeviceState } from '../device-state.ts';
import { judgeObservation } from './judge-observation.ts';
import { readRuleTest, type RuleTest } from './plan-rules.ts';
import { type Rule, RuleSkip, RuleUnproven, StepFailed } from './rule.ts';
import { createFitMkfs, type FitMkfs } from './fit-mkfs.ts';
import { createRuleContext } from './rule-context.ts';
import { openRuleLog, type RuleLog } from './rule-log.ts';
import { present } from '../../../model/present.ts';
import { sabotageRule } from './sabotage.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** A session in which each test looks at a rule, and leaves the devices as it found them or spends the guest. */
export async function openRules<Kind extends string>(
  context: SuiteContext<RuleSuiteSpec<Kind>>,
  rules: readonly Rule[],
  sabotage: RuleSabotage | undefined,
): Promise<SuiteSession> {
  const before = await readDeviceState(context);
  if (before === undefined) throw new SuiteSetupError("the devices' state could not be read", '', 'hang');
  const fitMkfs = createFitMkfs(context);
  /** Artifacts by test and attempt. */
  const logs = new Map<string, string>();
  let spent = false;
  return {
    get spent() {
      return spent;
    },
    testTimeoutMs: ({ name }) => readRuleTest(rules, name).rule.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    forgives: ({ name }) => readRuleTest(rules, name).rule.forgives ?? [],
    async run({ name }, attempt) {
      const test = readRuleTest(rules, name);
      const skip = whySkipped(test.rule, context);
      if (skip !== undefined) return { status: 'skip', message: skip };
      const log = openRuleLog(context.artifacts, `${name.split('/').slice(1).join('-')}.${attempt}.log`);
      logs.set(`${name} ${attempt}`, log.artifact);
      const result = await observeAndJudge(context, test, { log, sabotage, fitMkfs });
      const { spendsGuest, keepsDevices } = test.rule;
      spent = spendsGuest === true || (keepsDevices !== true && (await findLeftovers(context, before)).length > 0);
      return result;
    },
    salvage: async ({ name }, attempt) => [logs.get(`${name} ${attempt}`) ?? []].flat(),
    close: async () => undefined,
  };
}

/** Why a rule cannot be looked at here at all; `undefined` if it can. */
function whySkipped(
  { kernels, kernelsBecause, needs }: Rule,
  { guest, host }: Pick<SuiteContext<RuleSuiteSpec<string>>, 'guest' | 'host'>,
): string | undefined {
  if (kernels !== undefined && !isInRange(guest.kernelRelease, kernels))
    return `the rule is for Linux ${kernels}${kernelsBecause === undefined ? '' : ` (${kernelsBecause})`}`;
  const refusal = needs.includes('host-faults') ? host?.faults.refusal : undefined;
  return refusal === undefined ? undefined : `the host's flush cannot be worked: ${refusal}`;
}

async function observeAndJudge(
  context: SuiteContext<RuleSuiteSpec<string>>,
  { rule, caseName }: RuleTest<Rule>,
  parts: { readonly log: RuleLog; readonly sabotage: RuleSabotage | undefined; readonly fitMkfs: FitMkfs },
): Promise<TestResult> {
  const { log, sabotage } = parts;
  let logProblem: string | undefined;
  let result: TestResult;
  try {
    const { context: ruleContext, cleanUp } = createRuleContext(context, { ...parts, caseName });
    try {
      const { saw, metrics } = await rule.observe(ruleContext);
      log.add(`saw ${JSON.stringify(saw)}`);
      const place = { kernelRelease: context.guest.kernelRelease, device: ruleContext.device.kind, caseName };
      result = { ...judgeObservation(sabotageRule(rule, sabotage), { saw }, place), ...present({ metrics }) };
    } catch (error) {
      result = resultOf(error);
    }
    await cleanUp();
  } finally {
    logProblem = await log.close();
  }
  const evidence = [result.evidence, logProblem].filter((part) => part !== undefined).join('\n');
  return { ...result, ...(evidence !== '' && { evidence }), artifacts: [log.artifact] };
}

function resultOf(error: unknown): TestResult {
  if (error instanceof RuleSkip) return { status: 'skip', message: error.message };
  if (error instanceof RuleUnproven) return { status: 'infra', message: error.message };
  if (error instanceof StepFailed) return { status: 'fail', message: error.message, evidence: error.evidence };
  throw error;
}

/** A device that is still missing, mounted or mapped is no device for the next test. */
async function findLeftovers(context: SuiteContext<RuleSuiteSpec<string>>, before: string): Promise<readonly string[]> {
  try {
    const after = await readDeviceState(context);
    return after === undefined ? ["the devices' state could not be read"] : compareStates(before, after);
  } catch (error) {
    if (error instanceof GuestDeath) throw error;
    return ["the devices' state could not be read"];
  }
}
