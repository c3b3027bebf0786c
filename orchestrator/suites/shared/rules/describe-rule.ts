import { traitsOf } from '../../../model/device-kinds.ts';
import type { RuleMutation, RuleNeed, RuleRow, RuleText, RuleWhere } from '../../../model/rule-text.ts';
import { listExpected } from './judge-observation.ts';

/** A rule with the name of its suite. */
export interface NamedRule {
  readonly suite: string;
  readonly rule: RuleText;
}

const NEEDS: Readonly<Record<RuleNeed, string>> = {
  'host-faults': 'a host on which strace may attach to QEMU',
  'guest-tool': 'gcc on the host',
};

/** A part of a rule's description: a label and its lines. */
export interface RulePart {
  readonly label: string;
  readonly lines: readonly string[];
}

/** All that a rule says of itself, part by part; for the terminal and for `docs/checks.md` alike. */
export function describeRule({ rule }: NamedRule): readonly RulePart[] {
  return [
    { label: 'rule', lines: [rule.rule] },
    { label: 'source', lines: [rule.source] },
    { label: 'look at', lines: [rule.look] },
    { label: 'tested on', lines: [describePlace(rule)] },
    ...(rule.cases === undefined ? [] : [{ label: 'cases', lines: [describeCases(rule)] }]),
    ...(rule.needs.length === 0 ? [] : [{ label: 'needs', lines: [rule.needs.map((need) => NEEDS[need]).join(', ')] }]),
    { label: 'expected', lines: rule.rows.map((row) => describeRow(row, rule.rows.length > 1)) },
    { label: 'turned red by', lines: rule.mutations.map(describeMutation) },
  ];
}

function describePlace({ devices, deviceCount = 1, kernels, kernelsBecause }: RuleText): string {
  const kinds = devices.map((kind) => traitsOf({ kind }).title).join(', ');
  const count = deviceCount > 1 ? `, ${deviceCount} devices` : '';
  const range =
    kernels === undefined ? '' : `, Linux ${kernels}${kernelsBecause === undefined ? '' : ` (${kernelsBecause})`}`;
  return `${kinds}${count}${range}`;
}

function describeCases({ cases = [], quick }: RuleText): string {
  const brief = quick === true || quick === undefined ? '' : ` (by default \`once\` tests ${quick.join(', ')})`;
  return `${cases.join(', ')}${brief}`;
}

/** `on nvdimm, Linux <6.12: result EIO, because …`. */
function describeRow({ where, sees, because }: RuleRow, hasOthers: boolean): string {
  const rest = hasOthers ? 'everywhere else' : 'everywhere';
  return `${where === undefined ? rest : describeWhere(where)}: ${listExpected(sees)}. Because ${because}.`;
}

function describeWhere({ kernels, devices, cases }: RuleWhere): string {
  return [
    ...(devices === undefined ? [] : [devices.join(', ')]),
    ...(cases === undefined ? [] : [cases.join(', ')]),
    ...(kernels === undefined ? [] : [`Linux ${kernels}`]),
  ].join('; ');
}

function describeMutation(mutation: RuleMutation): string {
  if (mutation.by === 'kernel-patch') return `${mutation.what} (a kernel with e2e/testdata/series/${mutation.patch})`;
  const { what, by, ends } = mutation;
  return `${what} (\`${by}\`${ends === undefined ? '' : `, which ends in \`${ends}\``})`;
}
