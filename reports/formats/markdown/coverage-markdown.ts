import { type Coverage, type CoverageGroup, type CoverageShare, surveyCoverage } from '../../facts/coverage-groups.ts';
import { boundGroups, COVERAGE_FILE, describeWhy, nameLegs, nameTests } from '../../facts/describe-coverage.ts';
import { plural } from '../../text/format.ts';
import { code } from './markdown-text.ts';
import type { RunSummary } from '../../fold/summary.ts';

const MAX_GROUPS = 20;

/** The section of `summary.md` on what the matrix did not test; empty if it tested all. */
export function renderCoverage(summary: Pick<RunSummary, 'cells'>): string {
  const coverage = surveyCoverage(summary);
  const { nowhere, partly } = coverage;
  if (nowhere.tests + partly.tests === 0) return '';
  return [
    '## Coverage',
    `${describeShares(coverage)}. Each test in each cell: ${code(COVERAGE_FILE)}.`,
    renderShare('Ran nowhere', nowhere),
    renderShare('Ran on some legs only', partly),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function describeShares({ tests, nowhere, partly }: Coverage): string {
  const shares = [
    nowhere.tests > 0 ? `${nowhere.tests} ran nowhere` : '',
    partly.tests > 0 ? `${partly.tests} ran on some legs only` : '',
  ];
  return `Of ${plural(tests, 'test')} ${shares.filter((share) => share !== '').join(' and ')}`;
}

function renderShare(title: string, share: CoverageShare): string {
  if (share.tests === 0) return '';
  const { shown, more } = boundGroups(share, MAX_GROUPS);
  return `**${title}**\n\n${[...shown.map(renderGroup), ...(more === '' ? [] : [`- ${more}`])].join('\n')}`;
}

function renderGroup(group: CoverageGroup): string {
  return [
    `- ${plural(group.tests.length, 'test')}, ${code(describeWhy(group))}`,
    `  - ${code(nameTests(group.tests))}`,
    `  - not on ${code(nameLegs(group.lostOn, group))}`,
    ...(group.ranOn.size === 0 ? [] : [`  - ran on ${code(nameLegs(group.ranOn, group))}`]),
  ].join('\n');
}
