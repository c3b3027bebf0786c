import { BOOT_TEST, CLOSE_TEST, PMEM_TEST } from '../../../orchestrator/model/cell.ts';
import type { MailHead } from '../../../orchestrator/model/series.ts';
import { plural } from '../../text/format.ts';
import { isAlarm } from '../../verdicts/compared-test.ts';
import { renamed } from '../../verdicts/compare-kernels.ts';
import { listDifferences } from '../../verdicts/list-differences.ts';
import { renderFinding } from './describe-finding.ts';
import { describeRun } from './describe-run.ts';
import { judgeSeries, type SeriesJudgement } from './judge-series.ts';
import { type KernelColumn, renderTable } from './outcome-table.ts';
import { renderFigures } from './figure-lines.ts';
import { renderHead } from './reply-head.ts';
import type { ReplyFacts } from './reply-facts.ts';
import { summarizeSeries } from './summarize-series.ts';
import { wrapText } from './wrap-text.ts';

/** As many causes are shown with their evidence. */
const MAX_FINDINGS = 3;
/** As many kernels have a column beside the base. */
const MAX_STEPS = 4;

/**
 * An answer to a series in plain text, as it goes to a mailing list. Its parts: head, what came out, a table of what
 * differs, the evidence, what was run, and the tag to fill in. It answers the first bad patch where that is known, else
 * the cover letter.
 */
export function renderReply(facts: ReplyFacts): string {
  const judgement = judgeSeries(facts);
  const { head, subject } = answered(facts, judgement);
  const more = judgement.findings.length - MAX_FINDINGS;
  const parts = [
    renderHead(head, subject),
    quote(head, subject),
    wrapText(summarizeSeries(facts, judgement)),
    renderDifferences(facts),
    ...judgement.findings
      .slice(0, MAX_FINDINGS)
      .map((finding) => renderFinding(finding, facts.comparison.kernels?.now ?? '')),
    more > 0
      ? wrapText(
          `There ${more === 1 ? 'is 1 more difference' : `are ${more} more differences`} of another kind; ` +
            'I have the console logs of all.',
        )
      : [],
    renderFigures(facts.comparison.figures ?? [], facts.comparison.kernels?.now ?? ''),
    ...(facts.comparison.kernels ? listDifferences(facts.comparison.kernels) : []).map(({ title, lines }) => [
      `${capitalize(title)}:`,
      '',
      ...lines.flatMap(splitCulprit),
    ]),
    ['What was run:', '', ...describeRun(facts).map((line) => `  ${line}`)],
    facts.untested.length === 0
      ? []
      : [
          'Not tested:',
          '',
          ...facts.untested.flatMap(({ about, what }) => wrapText(`${about}: ${what}`, { first: '  ', rest: '    ' })),
        ],
    ['To see it yourself:', '', `  ${facts.command}`, ...narrower(judgement)],
    ending(judgement),
    ['-- ', `made by pmemrig ${facts.summary.version}`],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The mail to answer. */
function answered(
  { series }: ReplyFacts,
  { findings, slower }: SeriesJudgement,
): { readonly head: MailHead | undefined; readonly subject: string } {
  const bad = [...findings, ...slower].find(({ firstBad }) => firstBad !== undefined)?.firstBad;
  const patch = series.patches.find(({ subject }) => subject === bad);
  if (patch) return { head: patch.head, subject: patch.subject };
  const [first] = series.patches;
  return { head: series.cover ?? first?.head, subject: series.cover?.subject ?? first?.subject ?? '' };
}

function quote(head: MailHead | undefined, subject: string): readonly string[] {
  if (!head) return [];
  const day =
    head.date === undefined || Number.isNaN(Date.parse(head.date))
      ? ''
      : `On ${new Date(head.date).toUTCString().slice(0, 16)}, `;
  const author = head.from?.name || head.from?.address;
  return [
    ...(author === undefined ? [] : wrapText(`${day}${author} wrote:`)),
    ...wrapText(subject, { first: '> ', rest: '> ' }),
  ];
}

/** What every cell has stands under names that no suite explains. */
const RIG_TESTS = [
  { name: BOOT_TEST, what: 'the boot of a guest' },
  { name: PMEM_TEST, what: 'the set-up of its persistent memory' },
  { name: CLOSE_TEST, what: 'the end of a guest: umount, and what its kernel reported outside any test' },
] as const;

function renderDifferences({ summary, comparison, steps }: ReplyFacts): readonly string[] {
  const { kernels, tests } = comparison;
  if (!kernels) return [];
  const between = kernels.brokenBetween ?? [];
  const shown = [
    ...tests.filter((test) => isAlarm(test) || test.verdict === 'fixed'),
    ...between.map(({ cell, test, patch }) => ({
      cell: renamed(cell, steps.find((step) => step.patch === patch)?.kernel ?? '', kernels.now),
      test,
    })),
  ];
  if (shown.length === 0) return [];
  const built = steps.filter(({ kernel }) => summary.cells.some((cell) => cell.kernel === kernel));
  const columns: readonly KernelColumn[] = [
    { kernel: kernels.base, title: 'base' },
    ...(built.length > MAX_STEPS ? built.slice(-1) : built).map(({ kernel }) => ({
      kernel,
      title:
        kernel === kernels.now && built.length === 1
          ? 'patched'
          : `patch ${steps.findIndex((step) => step.kernel === kernel) + 1}`,
    })),
  ];
  const same = tests.filter(
    ({ verdict }) => verdict === 'still-passing' || verdict === 'known-failure' || verdict === 'still-skipped',
  );
  const ownTests = RIG_TESTS.filter(({ name }) => shown.some(({ test }) => test === name)).map(
    ({ name, what }) => `${name} is ${what}.`,
  );
  return [
    ...renderTable(summary, columns, shown),
    ...(ownTests.length === 0 ? [] : ['', ...wrapText(ownTests.join(' '))]),
    ...(same.length === 0 ? [] : ['', ...wrapText(`${plural(same.length, 'other test')} came out as with the base.`)]),
  ];
}

/** The filters that leave only what differs; a few, since the whole is there already. */
function narrower({ findings }: SeriesJudgement): readonly string[] {
  const cells = [
    ...new Set(findings.flatMap(({ tests }) => tests.map(({ cell }) => cell.slice(cell.indexOf('/') + 1)))),
  ].slice(0, 2);
  if (cells.length === 0) return [];
  return ['', 'Of that, only what differs:', '', ...cells.map((cell) => `  --filter '*/${cell}'`)];
}

function ending({ verdict, unknown, baseUnknown }: SeriesJudgement): readonly string[] {
  switch (verdict) {
    case 'fine':
      return ['Tested-by: NAME <ADDRESS>'];
    case 'broken':
      return [
        ...wrapText('If the fix is a patch of its own, and not a new version of this one, please add:'),
        '',
        '  Reported-by: NAME <ADDRESS>',
        '  Closes: LINK TO THIS MAIL',
      ];
    case 'unknown':
      return wrapText(`No tag: ${whyNoTag(unknown.length, baseUnknown)}.`);
    default:
      return verdict satisfies never;
  }
}

function whyNoTag(unknown: number, baseUnknown: number): string {
  if (unknown > 0) return `${plural(unknown, 'test')} gave no result, for reasons of my own machine`;
  return baseUnknown > 0
    ? `${plural(baseUnknown, 'test')} gave no result without the patches, for reasons of my own machine`
    : 'no test passed, with or without the patches';
}

/** A line is verbatim; the patch that brought it stands below, wrapped. */
function splitCulprit(line: string): readonly string[] {
  const { words = line, patch } = /^(?<words>.*), by (?<patch>.*?)$/.exec(line)?.groups ?? {};
  return [`  ${words}`, ...(patch === undefined ? [] : wrapText(`by ${patch}`, { first: '    ' }))];
}

function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
