import { plural } from '../text/format.ts';
import type { LockdepSummary, ProblemSummary } from '../fold/summary.ts';

/** Failing ones first, each in the order of appearance. */
export function orderProblems(problems: readonly ProblemSummary[]): readonly ProblemSummary[] {
  return problems.toSorted((a, b) => Number(countsAsFailure(b)) - Number(countsAsFailure(a)));
}

export function countsAsFailure({ known, expected, blame }: ProblemSummary): boolean {
  return known === undefined && expected !== true && blame === 'kernel';
}

/** `3 times, first in fio/dax-mmap of lockdep-6.1/nvdimm/ext4-dax/fio`. */
export function describePlace({ count, first }: ProblemSummary): string {
  const often = count === 1 ? '' : `${count} times, first `;
  return `${often}${first.during === 'gap' ? 'before' : 'in'} ${first.test} of ${first.cell}`;
}

/** Why it fails nothing, or that it does so again; empty for a plain failure. */
export function describeStanding({ known, expected, expired, blame }: ProblemSummary): string {
  if (expected === true) return 'planted by the selftest';
  if (known) return `known: ${known.reason}${known.link === undefined ? '' : ` ${known.link}`}`;
  if (expired !== undefined) return `no longer known: ${expired}`;
  return blame === 'rig' ? "a limit of lockdep, not the kernel's fault: raise CONFIG_LOCKDEP_*_BITS" : '';
}

/**
 * `lockdep on lockdep-6.1: all 12 test runs covered; 1650 classes, 9,800 dependencies, 14,200 chains`. A test that was
 * run again is two.
 */
export function describeCoverage({
  kernel,
  covered,
  uncovered,
  classes,
  dependencies,
  chains,
}: LockdepSummary): string {
  const tests =
    uncovered === 0
      ? `all ${plural(covered, 'test run')} covered`
      : `${covered} of ${plural(covered + uncovered, 'test run')} covered`;
  return `lockdep on ${kernel}: ${tests}; ${[
    [classes, 'classes'],
    [dependencies, 'dependencies'],
    [chains, 'chains'],
  ]
    .map(([count, what]) => `${count?.toLocaleString('en')} ${what}`)
    .join(', ')}`;
}

/** `most new: +412 dependencies in lockdep/flush-8, +80 in …`; empty if nothing grew. */
export function describeGrowth({ grew }: LockdepSummary): string {
  const most = grew.map(({ cell, test, dependencies }) => `+${dependencies} in ${test} (${cell})`);
  return grew.length === 0 ? '' : `most new dependencies: ${most.join(', ')}`;
}
