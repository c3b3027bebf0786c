import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { parse } from 'junit2json';
import { describe, expect, test } from 'vitest';
import { renderJunit } from './junit.ts';
import { sumTotals } from '../../fold/outcomes.ts';
import type { RunSummary } from '../../fold/summary.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../../testing/make-journal.ts';

interface Case {
  name: string;
  classname: string;
  failure?: { message: string; type: string; inner?: string }[];
  error?: { message: string; type: string; inner?: string }[];
  skipped?: { message: string }[];
  flakyFailure?: { message: string }[];
  rerunFailure?: { message: string }[];
  'system-out'?: string[];
}
interface Suite {
  name: string;
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
  properties?: { name: string; value: string }[];
  testcase?: Case[];
}

function render(summary: RunSummary, artifactBase = ''): string {
  return [...renderJunit(summary, { artifactBase })].join('');
}

/** Read by two parsers nobody here wrote; they must agree on the cases and their names. */
async function parseTwice(xml: string): Promise<Suite[]> {
  expect(XMLValidator.validate(xml)).toBe(true);
  const first = new XMLParser({
    ignoreAttributes: false,
    parseAttributeValue: false,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  }).parse(xml) as {
    testsuites: { testsuite: { '@_name': string; testcase?: { '@_name': string }[] }[] };
  };
  const second = (await parse(xml, {
    attrValueProcessors: [
      (value, name) => (['tests', 'failures', 'errors', 'skipped'].includes(name) ? Number(value) : value),
    ],
  })) as unknown as { testsuite: Suite[] };
  expect(first.testsuites.testsuite.map((suite) => suite.testcase?.length ?? 0)).toEqual(
    second.testsuite.map((suite) => suite.testcase?.length ?? 0),
  );
  return second.testsuite;
}

async function parseMixed(): Promise<Record<string, Case>> {
  const suites = await parseTwice(render(makeMixedRun().summarize(), 'runs/1/'));
  return Object.fromEntries(
    suites.flatMap(({ name, testcase = [] }) => testcase.map((each) => [`${name} ${each.name}`, each])),
  );
}

/** One cell, one test that ended so. */
function runOf(result: Parameters<JournalBuilder['test']>[2], name = 'fio/a'): RunSummary {
  const cell = 'debian-6.12/nvdimm/ext4-dax/fio';
  return new JournalBuilder()
    .start([makeCell(cell, [name])])
    .boot(cell)
    .test(cell, name, result)
    .summarize();
}

const suiteWith = async (template?: string): Promise<Suite | undefined> => {
  const journal = new JournalBuilder().start([makeCell('c', ['fio/a'])]).boot('c', '6.12', template);
  return (await parseTwice(render(journal.summarize())))[0];
};

test('the time of a boot and that of a fork are properties of different names', async () => {
  expect((await suiteWith())?.properties).toContainEqual({ name: 'boot.ms', value: '7400' });
  expect((await suiteWith('96eb'))?.properties).toContainEqual({ name: 'fork.ms', value: '7400' });
});

test('there is one suite a cell, the excluded ones too, and counts are those of the journal', async () => {
  const summary = makeMixedRun().summarize();
  const suites = await parseTwice(render(summary));
  expect(suites.map(({ name }) => name)).toEqual([...summary.cells, ...summary.excluded].map(({ id }) => id));
  const sum = (key: 'tests' | 'failures' | 'errors' | 'skipped'): number =>
    suites.reduce((total, suite) => total + suite[key], 0);
  const { totals } = summary;
  const counts = {
    tests: sumTotals(totals),
    failures: totals.fail,
    errors: totals.crash + totals.hang + totals.infra + totals.unreached,
    skipped: totals.skip + totals.excluded,
  };
  expect({ tests: sum('tests'), failures: sum('failures'), errors: sum('errors'), skipped: sum('skipped') }).toEqual(
    counts,
  );
  expect(suites.flatMap(({ testcase = [] }) => testcase)).toHaveLength(counts.tests);
  expect(render(summary)).toContain(`tests="18" failures="1" errors="4"`);
});

describe('a test case', () => {
  test('has a class name that CI trees split into the parts of the cell', async () => {
    expect((await parseMixed())['debian-6.12/nvdimm/none/repro repro/run']?.classname).toBe(
      'pmemrig.debian-6_12.nvdimm.none.repro',
    );
  });

  test('that passed has its metrics with units in its output, as properties', async () => {
    expect(
      (await parseMixed())['debian-6.1/nvdimm/ext4-dax/fio fio/dax-mmap-randwrite']?.['system-out']?.[0]?.split('\n'),
    ).toEqual([
      '[[PROPERTY|write.iops=48210.4 iops]]',
      '[[PROPERTY|write.bw=197469798 bytes/s]]',
      '[[PROPERTY|write.clat.p99=12345 ns]]',
    ]);
  });

  test('that was skipped says why', async () => {
    expect((await parseMixed())['debian-6.1/nvdimm/ext4-dax/fio fio/dax-psync-fsync']?.skipped).toEqual([
      { message: 'fio has no libpmem here' },
    ]);
  });

  test('of an excluded cell is a skip with the rule', async () => {
    expect((await parseMixed())['debian-6.1/virtio-blk/ext4-dax/fio excluded']?.skipped).toEqual([
      { message: 'left out: virtio-blk has no DAX' },
    ]);
  });

  test('that crashed is an error with the console in its text, for GitLab shows only that', async () => {
    const crash = (await parseMixed())['debian-6.12/virtio-pmem/xfs-dax/fio fio/dax-mmap-randwrite'];
    expect(crash?.error).toEqual([
      expect.objectContaining({ type: 'crash', message: 'BUG: unable to handle page fault' }),
    ]);
    expect(crash?.error?.[0]?.inner).toMatch(
      /^BUG[^]*RIP: 0010:pmem_do_write[^]*console log: cells\/.*\/console\.log$/,
    );
    const console = 'cells/debian-6.12_virtio-pmem_xfs-dax_fio/console.log';
    expect(crash?.['system-out']?.[0]?.split('\n')).toEqual([
      '[[PROPERTY|pmemrig.outcome=crash]]',
      '[[PROPERTY|artifact.1=cells/y/console.log]]',
      `[[PROPERTY|artifact.2=${console}]]`,
      '[[ATTACHMENT|runs/1/cells/y/console.log]]',
      `[[ATTACHMENT|runs/1/${console}]]`,
    ]);
  });

  test('that was never reached is an error, not green', async () => {
    expect((await parseMixed())['debian-6.12/virtio-pmem/xfs-dax/fio fio/dax-psync-fsync']?.error?.[0]).toMatchObject({
      type: 'unreached',
      message: 'guest 3 was lost (panic): Fatal exception',
    });
  });

  test('that is flaky passed and keeps its failure as Surefire writes it', async () => {
    const flaky = (await parseMixed())['debian-6.12/nvdimm/ext4-dax/fio fio/dax-mmap-randwrite'];
    expect(flaky?.flakyFailure).toEqual([
      expect.objectContaining({ message: 'attempt 1: verify: bad magic header 0, wanted acca' }),
    ]);
    expect(flaky?.['system-out']?.[0]).toContain('[[PROPERTY|pmemrig.flaky=failed 1 of 2 attempts]]');
    expect(flaky).not.toHaveProperty('failure');
  });

  test('that never recovered keeps all its attempts', async () => {
    const hung = (await parseMixed())['debian-6.12/nvdimm/ext4-dax/fio fio/dax-psync-fsync'];
    expect([hung?.error?.length, hung?.rerunFailure?.length]).toEqual([1, 1]);
  });
});

describe('hostile output', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          ']]>',
          '<![CDATA[',
          '\u{1b}[31m',
          '\0',
          '\ud800',
          '\udc00x',
          '\u{ffff}',
          '\r',
          '&#0;',
          '&amp;',
          '<!--',
          '-->',
          '"',
          "'",
          '<error>',
          ']]',
          '\n',
          '\u{85}',
        ),
      )
      .map((parts) => parts.join('')),
  );

  test('never breaks the document', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostile,
        hostile,
        fc.constantFrom('pass', 'fail', 'skip', 'crash'),
        async (text, name, status) => {
          const xml = render(
            runOf(
              {
                status,
                message: text,
                evidence: text,
                artifacts: [text],
                metrics: [{ name: text, value: 1, unit: 's', better: 'lower' }],
              },
              `fio/${name}`,
            ),
          );
          const [suite] = await parseTwice(xml);
          expect(suite?.testcase).toHaveLength(3);
        },
      ),
    );
  });

  test('keeps its printable words whole, several CDATA ends too', async () => {
    const evidence = 'a ]]> b ]]> <c> & "d"';
    const [suite] = await parseTwice(render(runOf({ status: 'fail', message: 'm', evidence })));
    expect(suite?.testcase?.[2]?.failure?.[0]?.inner).toContain(evidence);
  });

  test('loses its colours and shows what is no character', async () => {
    const [suite] = await parseTwice(
      render(runOf({ status: 'fail', message: '\u{1b}[31mred\u{1b}[0m bell\u{7} half\ud800' })),
    );
    expect(suite?.testcase?.[2]?.failure?.[0]?.message).toBe('red bell\u{fffd} half\u{fffd}');
  });
});
