import { expect, test } from 'vitest';
import type { CellId } from '../orchestrator/model/cell.ts';
import type { PmemTopology } from '../orchestrator/model/pmem.ts';
import type { RuleSabotage, RuleText } from '../orchestrator/model/rule-text.ts';
import { DAX_RULES } from '../orchestrator/suites/dax/dax-rules.ts';
import { FLUSH_RULES } from '../orchestrator/suites/flush/flush-rules.ts';
import { createRuleSuite } from '../orchestrator/suites/shared/rules/create-rule-suite.ts';
import { type CellOfTest, runSuites } from './support/run-suites.ts';

/** Where a rule is broken: its first kind of device. */
const TOPOLOGIES: Readonly<Record<string, PmemTopology>> = {
  'virtio-pmem': twice({ kind: 'virtio-pmem', sizeBytes: 2 ** 28 }),
  nvdimm: twice({ kind: 'nvdimm', sizeBytes: 2 ** 28, namespace: 'fsdax', labelSizeBytes: 2 * 2 ** 20 }),
  'virtio-blk': twice({ kind: 'virtio-blk', sizeBytes: 2 ** 28 }),
};
/** Longer ones are broken by `npm run test:full`. */
const LONGEST_SECONDS = process.env['PMEMRIG_FULL'] === '1' ? Infinity : 60;

/** A cell whose tests are broken, with what each must come to. */
interface BrokenCell {
  readonly cell: CellOfTest;
  readonly ends: readonly ('fail' | 'infra')[];
}

function twice(device: PmemTopology['devices'][number]): PmemTopology {
  return { name: device.kind, devices: [device, device] };
}

/** A cell for each way to break rules and each kind of device; in it one test of each rule that is to notice it. */
function cellsOf(kind: string, rules: readonly RuleText[]): readonly BrokenCell[] {
  const cells = new Map<string, BrokenCell>();
  for (const rule of rules.filter(({ seconds }) => seconds <= LONGEST_SECONDS)) {
    const pmem = TOPOLOGIES[rule.devices.find((device) => device in TOPOLOGIES) ?? ''];
    if (pmem === undefined) continue;
    for (const mutation of rule.mutations) {
      if (mutation.by === 'kernel-patch') continue;
      const { by, ends: end = 'fail' } = mutation;
      const id = `bookworm/${pmem.name}/none/${by}-${kind}`;
      const suite = { kind, name: by, rules: [], fitting: true };
      const { cell, ends } = cells.get(id) ?? { cell: { id: id as CellId, pmem, suite, tests: [] }, ends: [] };
      cells.set(id, { cell: { ...cell, tests: [...cell.tests, testOf(rule, by)] }, ends: [...ends, end] });
    }
  }
  return [...cells.values()];
}

/** Its quickest part: the first case, of the quick ones if it has such. */
function testOf({ id, cases, quick }: RuleText, by: RuleSabotage): string {
  const [first] = Array.isArray(quick) ? (quick as readonly string[]) : (cases ?? []);
  return [by, id, ...(first === undefined ? [] : [first])].join('/');
}

test.each([
  { kind: 'flush', rules: FLUSH_RULES },
  { kind: 'dax', rules: DAX_RULES },
] as const)('each rule of $kind turns red when what it looks at is broken', async ({ kind, rules }) => {
  const broken = cellsOf(kind, rules);
  const { summary } = await runSuites(
    broken.map(({ cell }) => cell),
    ({ name }) => createRuleSuite({ kind, rules, untestedAs: kind, once: {}, sabotage: name as RuleSabotage }),
  );
  const outcomes = summary.cells.flatMap(({ tests }) =>
    tests.flatMap(({ name, outcome }) => (name.startsWith('guest/') ? [] : [[name, outcome]])),
  );
  expect(outcomes).toEqual(broken.flatMap(({ cell, ends }) => cell.tests.map((name, index) => [name, ends[index]])));
});
