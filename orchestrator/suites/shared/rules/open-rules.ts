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
import { createRuleContext } from './rule-context.ts';
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
      const result = await observeAndJudge(context, test, { name, attempt, sabotage });
      const { spendsGuest, keepsDevices } = test.rule;
      spent = spendsGuest === true || (keepsDevices !== true && (await findLeftovers(context, before)).length > 0);
      return result;
    },
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
  {
    name,
    attempt,
    sabotage,
  }: { readonly name: string; readonly attempt: number; readonly sabotage: RuleSabotage | undefined },
): Promise<TestResult> {
  const { context: ruleContext, log, cleanUp } = createRuleContext(context, { caseName, sabotage });
  let result: TestResult;
  try {
    const { saw, metrics } = await rule.observe(ruleContext);
    log.add(`saw ${JSON.stringify(saw)}`);
    const place = { kernelRelease: context.guest.kernelRelease, device: ruleContext.device.kind, caseName };
    result = { ...judgeObservation(sabotageRule(rule, sabotage), { saw }, place), ...(metrics && { metrics }) };
  } catch (error) {
    result = resultOf(error);
  }
  await cleanUp();
  const artifact = await context.artifacts.put(`${name.split('/').slice(1).join('-')}.${attempt}.log`, log.text());
  return { ...result, artifacts: [artifact] };
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
