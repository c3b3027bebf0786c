import type { PlannedTest } from '../../../model/cell.ts';
import { traitsOf } from '../../../model/device-kinds.ts';
import { SuiteAbsentError, UserError } from '../../../model/errors.ts';
import { type PmemTopology, plannedMode } from '../../../model/pmem.ts';
import type { RuleText } from '../../../model/rule-text.ts';

/** What a matrix chose of a suite's rules. */
export interface RuleChoice {
  readonly name: string;
  /** Ids, in order. */
  readonly rules: readonly string[];
  /** Set when the matrix names none: a cell then plans those that its topology allows. */
  readonly fitting?: true;
  /** Only what each rule calls its quick part. */
  readonly quick?: true;
}

/** One test of a rule: the rule itself, or one of its cases. */
export interface RuleTest<Rule extends RuleText = RuleText> {
  readonly rule: Rule;
  /** An empty string for a rule without cases. */
  readonly caseName: string;
}

/**
 * The tests of a cell, `<suite>/<rule>` or `<suite>/<rule>/<case>`. Throws UserError for a rule that was named and
 * cannot be looked at on such a topology, and SuiteAbsentError where none was named and none can.
 */
export function planRules(choice: RuleChoice, rules: readonly RuleText[], pmem: PmemTopology): readonly PlannedTest[] {
  const tests: PlannedTest[] = [];
  let refusal: UserError | undefined;
  for (const id of choice.rules) {
    const rule = findRule(rules, id);
    const misfit = whyNotOn(rule, pmem);
    if (misfit === undefined)
      tests.push(
        ...casesOf(rule, choice).map((caseName) => ({
          name: testName(choice.name, id, caseName),
          estimateSec: rule.seconds,
        })),
      );
    else
      refusal ??= new UserError(`the rule ${choice.name}/${id} cannot be tested on ${pmem.name}: ${misfit}`, {
        code: 'rule-misplaced',
        remedy: 'leave rules: out, so that each cell tests those that fit it',
      });
  }
  if (refusal && choice.fitting !== true) throw refusal;
  if (refusal && tests.length === 0)
    throw new SuiteAbsentError(`no rule of ${choice.name} is for ${pmem.name}`, { code: 'no-fitting-rule' });
  return tests;
}

/** The test of that name. Throws Error for one that was never planned. */
export function readRuleTest<Rule extends RuleText>(rules: readonly Rule[], test: string): RuleTest<Rule> {
  const [, id = '', ...rest] = test.split('/');
  return { rule: findRule(rules, id), caseName: rest.join('/') };
}

function findRule<Rule extends RuleText>(rules: readonly Rule[], id: string): Rule {
  const found = rules.find((rule) => rule.id === id);
  if (found === undefined) throw new Error(`no rule is named ${id}`);
  return found;
}

function casesOf({ cases = [''], quick }: RuleText, choice: RuleChoice): readonly string[] {
  if (choice.quick !== true || quick === true) return cases;
  return cases.filter((caseName) => quick?.includes(caseName) ?? false);
}

/** `flush/order/4-threads`, or `flush/nth-error` for a rule without cases. */
export const testName = (suite: string, id: string, caseName: string): string =>
  [suite, id, ...(caseName === '' ? [] : [caseName])].join('/');

/** Why a topology does not do for a rule. */
function whyNotOn({ devices, deviceCount = 1 }: RuleText, pmem: PmemTopology): string | undefined {
  const [first] = pmem.devices;
  if (first === undefined || !devices.includes(first.kind))
    return `it is for ${devices.join(', ')}, and the first device is ${first === undefined ? 'missing' : traitsOf(first).title}`;
  const mode = plannedMode(first);
  if (mode !== 'fsdax' && mode !== 'block')
    return `its first device is to be ${mode}, and the rule makes its own of an fsdax one`;
  return pmem.devices.length < deviceCount ? `it takes ${deviceCount} devices` : undefined;
}
