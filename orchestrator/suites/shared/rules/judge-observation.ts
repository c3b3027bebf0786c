import { isInRange } from '../../../model/kernel-range.ts';
import type { TestResult } from '../../../model/outcome.ts';
import type { Expected, RuleRow, RuleText, RuleWhere, Seen } from '../../../model/rule-text.ts';
import type { DeviceKind } from '../../../model/device-kinds.ts';
import type { Observation } from './rule.ts';

/** Where a test ran, as far as a row may ask. */
export interface RulePlace {
  readonly kernelRelease: string;
  readonly device: DeviceKind;
  readonly caseName: string;
}

/** Passes if the row for that place expects all that was seen; else fails with the rule, what was seen and where to look. */
export function judgeObservation(
  rule: RuleText,
  { saw }: Pick<Observation, 'saw'>,
  place: RulePlace,
): Pick<TestResult, 'status' | 'message' | 'evidence'> {
  const row = findRow(rule.rows, place);
  if (row === undefined)
    return {
      status: 'fail',
      message:
        `no row of the rule says what to expect on ${place.device} with Linux ${place.kernelRelease}: ` +
        `saw ${list(saw)}`,
      evidence: describeRule(rule),
    };
  const wrong = findDifferences(row.sees, saw);
  if (wrong.length === 0) return { status: 'pass', message: list(saw) };
  return {
    status: 'fail',
    message: `${rule.title}: ${wrong.join('; ')}`,
    evidence: [
      `saw:      ${list(saw)}`,
      `expected: ${listExpected(row.sees)}`,
      `because:  ${row.because}`,
      describeRule(rule),
    ].join('\n'),
  };
}

/** The first row that fits. */
function findRow(rows: readonly RuleRow[], place: RulePlace): RuleRow | undefined {
  return rows.find(({ where }) => where === undefined || fits(where, place));
}

function fits({ kernels, devices, cases }: RuleWhere, { kernelRelease, device, caseName }: RulePlace): boolean {
  return (
    (kernels === undefined || isInRange(kernelRelease, kernels)) &&
    (devices === undefined || devices.includes(device)) &&
    (cases === undefined || cases.includes(caseName))
  );
}

function findDifferences(
  sees: Readonly<Record<string, Expected>>,
  saw: Readonly<Record<string, Seen>>,
): readonly string[] {
  const unseen = Object.keys(sees).filter((name) => !(name in saw));
  return [
    ...Object.entries(saw).flatMap(([name, seen]) => {
      const expected = sees[name];
      if (expected === undefined) return [`${name} was ${show(seen)}, of which the rule says nothing`];
      return isExpected(expected, seen) ? [] : [`${name} was ${show(seen)}, not ${describeExpected(expected)}`];
    }),
    ...unseen.map((name) => `${name} was not seen`),
  ];
}

function isExpected(expected: Expected, seen: Seen): boolean {
  if (typeof expected !== 'object') return expected === seen;
  if ('oneOf' in expected) return expected.oneOf.includes(seen);
  if (typeof seen !== 'number') return false;
  return 'atLeast' in expected ? seen >= expected.atLeast : seen <= expected.atMost;
}

/** `EIO`, `yes`, `at least 1`, `0 or 1`. */
function describeExpected(expected: Expected): string {
  if (typeof expected !== 'object') return show(expected);
  if ('oneOf' in expected) return expected.oneOf.map(show).join(' or ');
  return 'atLeast' in expected ? `at least ${expected.atLeast}` : `at most ${expected.atMost}`;
}

function show(seen: Seen): string {
  if (typeof seen === 'boolean') return seen ? 'yes' : 'no';
  return String(seen);
}

/** `result EIO, host flushes 3`. */
const list = (saw: Readonly<Record<string, Seen>>): string =>
  Object.entries(saw)
    .map(([name, seen]) => `${name} ${show(seen)}`)
    .join(', ');

/** `result EIO, host flushes at least 1`. */
export const listExpected = (sees: Readonly<Record<string, Expected>>): string =>
  Object.entries(sees)
    .map(([name, expected]) => `${name} ${describeExpected(expected)}`)
    .join(', ');

function describeRule({ rule, source, look }: RuleText): string {
  return [`rule:     ${rule}`, `source:   ${source}`, `look at:  ${look}`].join('\n');
}
