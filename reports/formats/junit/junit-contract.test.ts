import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { parse } from 'junit2json';
import { expect, test } from 'vitest';
import { PROBLEM_KINDS } from '../../../orchestrator/model/problem.ts';
import { cellJunitRenderer, renderJunit } from './junit.ts';
import { sumTotals } from '../../fold/outcomes.ts';
import type { RunSummary } from '../../fold/summary.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../../testing/make-journal.ts';
import { compareRuns } from '../../verdicts/compare-runs.ts';

const CELL = 'debian-6.12/nvdimm/ext4-dax/fio';

/**
 * What the schema of Jenkins' xUnit plugin (junit-10.xsd, as of November 2025) lets an element have: attributes, then
 * children.
 */
const SCHEMA: Readonly<Record<string, readonly [attributes: string, children: string]>> = {
  testsuites: ['name time tests failures errors', 'testsuite'],
  testsuite: [
    'name tests failures errors group time skipped timestamp hostname id package file log url version',
    'testsuite properties testcase system-out system-err',
  ],
  properties: ['', 'property'],
  property: ['name value', ''],
  testcase: [
    'name time classname group',
    'skipped error failure rerunFailure rerunError flakyFailure flakyError system-out system-err',
  ],
  skipped: ['type message', '#text'],
  error: ['type message', '#text'],
  failure: ['type message', '#text'],
  'system-out': ['', '#text'],
  stackTrace: ['', '#text'],
  ...Object.fromEntries(
    ['rerunFailure', 'rerunError', 'flakyFailure', 'flakyError'].map((name) => [
      name,
      ['type message', '#text stackTrace system-out system-err'],
    ]),
  ),
};
/** What its `SUREFIRE_TIME` takes of what we write. */
const TIME = /^\d+(\.\d{1,3})?$/;

type Node = Readonly<Record<string, unknown>>;

/** In document order, as fast-xml-parser gives it. */
function parseNodes(xml: string): readonly Node[] {
  return new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    ignoreDeclaration: true,
  }).parse(xml) as readonly Node[];
}

function nameOf(node: Node): string {
  return Object.keys(node).find((key) => key !== ':@') ?? '';
}

function attributesOf(node: Node): Readonly<Record<string, string>> {
  return (node[':@'] ?? {}) as Readonly<Record<string, string>>;
}

function childrenOf(node: Node): readonly Node[] {
  const children = node[nameOf(node)];
  return Array.isArray(children) ? (children as readonly Node[]) : [];
}

function findDepartures(node: Node, path = ''): string[] {
  const name = nameOf(node);
  if (name === '#text') return [];
  const rule = SCHEMA[name];
  if (!rule) return [`${path}/${name}`];
  const [attributes, children] = rule.map((words) => words.split(' '));
  const own = Object.entries(attributesOf(node)).flatMap(([key, value]) =>
    attributes?.includes(key) !== true || (key === 'time' && name !== 'testcase' && !TIME.test(value))
      ? [`${path}/${name}@${key}=${value}`]
      : [],
  );
  return [
    ...own,
    ...childrenOf(node).flatMap((child) => [
      ...(children?.includes(nameOf(child)) === true ? [] : [`${path}/${name}/${nameOf(child)}`]),
      ...findDepartures(child, `${path}/${name}`),
    ]),
  ];
}

const status = fc.constantFrom('pass', 'fail', 'skip', 'excluded', 'crash', 'hang', 'infra');
const attempts = fc.array(status, { maxLength: 3 });
const plan = fc.dictionary(fc.constantFrom('fio/a', 'fio/b', 'xfstests/generic/001', 'repro/run'), attempts, {
  minKeys: 1,
});

/** One run of a plan: a list of attempts for each test. */
function play(
  results: Readonly<Record<string, readonly (typeof status extends fc.Arbitrary<infer Status> ? Status : never)[]>>,
  kernelRelease = '6.12.9+bpo-amd64',
  cells: readonly string[] = [CELL],
): RunSummary {
  const journal = new JournalBuilder().start(
    cells.map((cell) => makeCell(cell, Object.keys(results))),
    [{ id: 'debian-6.1/virtio-blk/fio', reason: 'no DAX' }],
  );
  for (const cell of cells) {
    journal.add({ type: 'cell-start', cell }).boot(cell, kernelRelease);
    for (const [name, tries] of Object.entries(results)) {
      for (const [index, each] of tries.entries())
        journal.test(
          cell,
          name,
          { status: each, ...(each !== 'pass' && { message: `${each} on ${kernelRelease}`, evidence: 'words' }) },
          { attempt: index + 1 },
        );
    }
  }
  return journal.add({ type: 'run-end', reason: 'finished' }).summarize();
}

test('whatever a run came to, its elements and attributes are those of the Jenkins schema', () => {
  fc.assert(
    fc.property(plan, plan, (was, is) => {
      const [base, now] = [play(was), play(is)];
      const comparison = compareRuns({ ...base, runId: 'base' }, now, () => []);
      const whole = [...renderJunit(now, { comparison })].join('');
      expect(parseNodes(whole).flatMap((node) => findDepartures(node))).toEqual([]);
      const [cell] = now.cells;
      expect(
        cell && parseNodes([...cellJunitRenderer(now)(cell)].join('')).flatMap((node) => findDepartures(node)),
      ).toEqual([]);
    }),
  );
  const mixed = [...renderJunit(makeMixedRun().summarize())].join('');
  expect(parseNodes(mixed).flatMap((node) => findDepartures(node))).toEqual([]);
});

test('the check of the schema sees what it forbids', () => {
  const xml =
    '<testsuites skipped="1"><testsuite name="a" time="1e-7"><testcase name="b"><properties/></testcase></testsuite></testsuites>';
  expect(parseNodes(xml).flatMap((node) => findDepartures(node))).toEqual([
    '/testsuites@skipped=1',
    '/testsuites/testsuite@time=1e-7',
    '/testsuites/testsuite/testcase/properties',
  ]);
});

function pairs(summary: RunSummary): string[] {
  const suites = parseNodes([...renderJunit(summary)].join('')).flatMap(childrenOf);
  return suites
    .flatMap(childrenOf)
    .flatMap((node) =>
      nameOf(node) === 'testcase' ? [`${attributesOf(node)['classname']} ${attributesOf(node)['name']}`] : [],
    );
}

test('two runs of one plan give the same classname and name for each test, whatever the kernel behind its name and however often it was tried', () => {
  const part = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,4}$/);
  const cells = fc.uniqueArray(
    fc.array(part, { minLength: 3, maxLength: 4 }).map((parts) => parts.join('/')),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(
      cells,
      fc.uniqueArray(fc.constantFrom('fio/a', 'fio/b', 'repro/run'), { minLength: 1 }),
      fc.infiniteStream(attempts),
      (ids, names, tries) => {
        const results = () => Object.fromEntries(names.map((name) => [name, tries.next().value ?? []]));
        const [first, second] = [pairs(play(results(), '6.12.9', ids)), pairs(play(results(), '6.12.95-rc1+', ids))];
        expect(second).toEqual(first);
        expect(new Set(first).size).toBe(first.length);
      },
    ),
  );
});

test('two consumers count what the summary counts, and find each property', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (results) => {
      const summary = play(results);
      const xml = [...renderJunit(summary)].join('');
      const { totals } = summary;
      const expected = {
        tests: sumTotals(totals),
        failures: totals.fail,
        errors: totals.crash + totals.hang + totals.infra + totals.unreached,
        skipped: totals.skip + totals.excluded,
      };

      // What the cases show against what the suites claim.
      const nodes = parseNodes(xml).flatMap(childrenOf);
      const cases = nodes.flatMap(childrenOf).filter((node) => nameOf(node) === 'testcase');
      const having = (name: string): number =>
        cases.filter((node) => childrenOf(node).some((child) => nameOf(child) === name)).length;
      expect({
        tests: cases.length,
        failures: having('failure'),
        errors: having('error'),
        skipped: having('skipped'),
      }).toEqual(expected);
      const claimed = (name: string): number =>
        nodes.reduce((sum, suite) => sum + Number(attributesOf(suite)[name]), 0);
      expect({
        tests: claimed('tests'),
        failures: claimed('failures'),
        errors: claimed('errors'),
        skipped: claimed('skipped'),
      }).toEqual(expected);

      const other = await parse(xml);
      const suites = other && 'testsuite' in other ? (other.testsuite ?? []) : [];
      const [suite] = suites;
      const properties = new Map(suite?.properties?.map(({ name, value }) => [name, value]));
      for (const { name, outcome } of summary.cells[0]?.tests ?? []) {
        expect(properties.get(`pmemrig.outcome ${name}`)).toBe(outcome === 'pass' ? undefined : outcome);
        const own = suite?.testcase?.find((each) => each.name === name)?.['system-out']?.join('\n') ?? '';
        expect(own.includes(`[[PROPERTY|pmemrig.outcome=${outcome}]]`)).toBe(outcome !== 'pass');
      }
    }),
  );
});

function problem(signature: string) {
  return {
    problem: {
      kind: PROBLEM_KINDS[0],
      title: 'WARNING: possible circular locking',
      signature,
      lines: ['x'],
      truncated: false,
      fatal: false,
      blame: 'kernel' as const,
    },
  };
}

test('a kernel problem is a property of the test that it failed, by its signature; one between two tests is the close’s', () => {
  const journal = new JournalBuilder().start([makeCell(CELL, ['fio/a', 'guest/close'])]).boot(CELL);
  for (const during of ['test', 'test', 'gap'] as const)
    journal.add({
      type: 'problem',
      cell: CELL,
      guest: 1,
      test: 'fio/a',
      attempt: 1,
      during,
      ...problem(`lockdep-circular: ${during}`),
    });
  journal.add({
    type: 'problem',
    cell: CELL,
    guest: 1,
    test: 'fio/a',
    attempt: 1,
    during: 'test',
    expected: true,
    ...problem('planted'),
  });
  const xml = [...renderJunit(journal.test(CELL, 'fio/a', { status: 'fail' }).summarize())].join('');
  expect(
    [...xml.matchAll(/<property name="(pmemrig\.signature[^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  ).toEqual([
    ['pmemrig.signature fio/a', 'lockdep-circular: test'],
    ['pmemrig.signature guest/close', 'lockdep-circular: gap'],
  ]);
  expect(xml).toContain('[[PROPERTY|pmemrig.signature=lockdep-circular: test]]');
});

test('a test’s text has a bound, and so has the file; what is cut names the file that has it whole', () => {
  const journal = new JournalBuilder().start([makeCell(CELL, [])]).boot(CELL);
  for (let index = 0; index < 3000; index += 1) {
    journal.test(CELL, `repro/${index}`, {
      status: 'fail',
      message: 'm'.repeat(5000),
      evidence: `head ${'x'.repeat(60_000)} tail`,
      artifacts: [`cells/c/${index}.log`],
    });
  }
  const xml = [...renderJunit(journal.summarize())].join('');
  expect(xml.length).toBeLessThan(24 * 2 ** 20);
  const texts = [...xml.matchAll(/<failure[^>]*>([^<]*)<\/failure>/g)].map(([, text = '']) => text);
  expect(texts).toHaveLength(3000);
  expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(18_000);
  for (const text of [texts[0], texts.at(-1)])
    expect(text).toMatch(/head x+\n\[… \d+ characters left out here, whole in cells\/c\/\d+\.log …\]\nx+ tail/);
});
