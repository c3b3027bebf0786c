import type { ComparedFigure } from '../../figures/compare-figures.ts';
import { describeTimes, isGain } from '../../figures/is-leap.ts';
import { findLeaps, LEAP_NOTE } from '../../figures/list-figures.ts';
import { plural } from '../../text/format.ts';
import { renamed } from '../../verdicts/compare-kernels.ts';
import type { SeriesJudgement } from './judge-series.ts';
import type { ReplyFacts } from './reply-facts.ts';

/** The first paragraph: what came out, in a reviewer's voice. */
export function summarizeSeries(facts: ReplyFacts, judgement: SeriesJudgement): string {
  if (judgement.verdict === 'unknown' && countKnown(facts) === 0)
    return (
      `I could not test ${facts.series.patches.length === 1 ? 'this patch' : 'this series'}: ` +
      'no test came to a result, for reasons of my own machine.'
    );
  return [howTested(facts), result(facts, judgement), leaps(facts), asides(facts), bothFail(judgement), gaps(judgement)]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function howTested({ summary, series, comparison }: ReplyFacts): string {
  const watched =
    comparison.kernels && summary.lockdep.some(({ kernel }) => kernel === comparison.kernels?.base)
      ? ' under CONFIG_PROVE_LOCKING'
      : '';
  const patches = series.patches.length === 1 ? 'this patch' : 'this series';
  const built = new Set(summary.cells.map(({ kernel }) => kernel)).size - 1;
  const each = built > 1 ? ', patch by patch,' : '';
  return `I ran tests with and without ${patches}${each} in guests with emulated persistent memory${watched}.`;
}

function result(
  { comparison, summary, series, steps }: ReplyFacts,
  { verdict, findings, slower }: SeriesJudgement,
): string {
  const known = countKnown({ comparison });
  const it = series.patches.length === 1 ? 'the patch' : 'the series';
  if (verdict === 'fine')
    return (
      `${known === 1 ? 'The one test came out as it does' : `All ${known} tests came out as they do`} without ` +
      `it${hasLockdep(summary, comparison.kernels?.now) ? ', and lockdep has no complaint' : ''}.`
    );
  if (verdict === 'unknown') return 'Every test with a result came out as it does without it, but some gave no result.';
  const failed = brokenBuild(summary, steps);
  if (failed !== undefined)
    return `${failed.patch === undefined ? capitalize(it) : `"${failed.patch}"`} does not compile.`;
  const [first] = findings;
  if (!first && slower.length > 0) return describeSlower(slower, comparison.kernels?.now ?? '');
  if (!first)
    return (
      'Something broke on the way, though it is whole again with the last patch, ' +
      'which makes the series hard to bisect.'
    );
  const tests = findings.reduce((sum, finding) => sum + finding.tests.length, 0);
  const places = new Set(
    findings.flatMap((finding) =>
      finding.tests.map(({ cell }) => renamed(cell, comparison.kernels?.now ?? '', '').split('/')[1] ?? ''),
    ),
  );
  const where = [...places].filter((place) => place !== '');
  const culprits = [...new Set(findings.flatMap(({ firstBad }) => firstBad ?? []))];
  const reported = /the kernel reported: (?<title>[^;]*)/.exec(first.message ?? '')?.groups?.['title'];
  const said = reported === undefined ? '' : `; the kernel says "${reported.replace(/ \(\d+ times\)$/, '')}"`;
  const worse = slower.length === 0 ? '' : ` ${plural(slower.length, 'figure')} got worse as well.`;
  const bad =
    culprits.length === 0
      ? ''
      : ` The first bad patch is ${culprits.map((patch) => `"${patch}"`).join(', and of others ')}.`;
  return (
    `With it ${plural(tests, 'test')} of ${known} ${tests === 1 ? 'is' : 'are'} worse ` +
    `off${where.length > 0 && where.length <= 3 ? `, on ${where.join(' and ')}` : ''}${said}.${bad}${worse}`
  );
}

function countKnown({ comparison }: Pick<ReplyFacts, 'comparison'>): number {
  return comparison.tests.filter(({ verdict }) => verdict !== 'unknown').length;
}

/** Also where all passes: a gain may hide a loss. */
function leaps({ comparison: { figures = [], kernels } }: ReplyFacts): string {
  const found = findLeaps(figures);
  const [most] = found;
  if (!most) return '';
  const place = renamed(most.cell, kernels?.now ?? '', '').split('/')[1] ?? '';
  const which =
    found.length === 1
      ? `One figure changed several times over: ${most.name}`
      : `${found.length} figures changed several times over: most of all ${most.name}`;
  return (
    `${which} of ${most.test} on ${place}, ` +
    `${describeTimes(most.change)}.${isGain(most) ? ` Please check that it is meant: ${LEAP_NOTE}.` : ''}`
  );
}

/** By the figure that changed most. */
function describeSlower(slower: readonly ComparedFigure[], kernel: string): string {
  const [worst] = slower.toSorted((a, b) => Math.abs(b.change.by) - Math.abs(a.change.by));
  if (!worst) return '';
  const place = renamed(worst.cell, kernel, '').split('/')[1] ?? '';
  const bad = worst.firstBad === undefined ? '' : ` The first bad patch is "${worst.firstBad}".`;
  return (
    `No test fails with it, but ${plural(slower.length, 'figure')} got worse: ` +
    `most of all ${worst.name} of ${worst.test} on ${place}, ` +
    `by ${Math.abs(worst.change.by * 100).toFixed(1)} %.${bad}`
  );
}

function asides({ comparison: { kernels } }: ReplyFacts): string {
  const fresh = kernels?.warnings?.fresh.length ?? 0;
  return fresh === 0 ? '' : `The compiler has ${plural(fresh, 'new warning')}.`;
}

function bothFail({ bothFail: count }: SeriesJudgement): string {
  return count === 0 ? '' : `${plural(count, 'test')} ${count === 1 ? 'fails' : 'fail'} with it as without it.`;
}

/** Whoever reads of what broke must know what was not looked at. */
function gaps({ verdict, unknown }: SeriesJudgement): string {
  return verdict !== 'broken' || unknown.length === 0
    ? ''
    : `${plural(unknown.length, 'further test')} gave no result.`;
}

function brokenBuild(
  { stages }: ReplyFacts['summary'],
  steps: ReplyFacts['steps'],
): { readonly patch?: string } | undefined {
  const failed = steps.find(({ kernel }) =>
    stages.some(
      ({ stage, status, detail }) =>
        stage === `kernel ${kernel}` && status === 'failed' && detail.includes('does not compile'),
    ),
  );
  if (!failed) return undefined;
  // With kernels between left out, any of the patches up to this one may be it.
  const before = steps[steps.indexOf(failed) - 1];
  const isAlone =
    before === undefined ||
    stages.some(({ stage, status }) => stage === `kernel ${before.kernel}` && status === 'done');
  return isAlone ? { patch: failed.patch } : {};
}

function hasLockdep({ lockdep }: ReplyFacts['summary'], kernel: string | undefined): boolean {
  return lockdep.some((coverage) => coverage.kernel === kernel && coverage.covered > 0);
}

function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
