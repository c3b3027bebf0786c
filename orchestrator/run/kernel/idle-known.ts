import { UNKNOWNS } from '../../../reports/fold/outcomes.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { isInRange } from '../../model/kernel-range.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import { nearest } from '../../model/nearest.ts';
import { fits } from './known-problems.ts';

const MAX_LISTED = 10;

/**
 * Says which entries of `known:` fit nothing that the kernels of a run reported: a slip, or a problem that is gone or
 * rare. Nothing where the run could not have met them all, since it did not finish, or some test is unknown. Entries
 * for other kernels than those that ran do not count.
 */
export function findIdleKnown(
  known: readonly KnownProblem[],
  { ending, cells, problems }: Pick<RunSummary, 'ending' | 'cells' | 'problems'>,
): readonly string[] {
  if (
    known.length === 0 ||
    ending.reason !== 'finished' ||
    cells.some(({ tests }) => tests.some(({ outcome }) => UNKNOWNS.has(outcome)))
  )
    return [];
  const releases = new Map<string, Set<string>>();
  for (const { kernel, guests } of cells)
    releases.set(
      kernel,
      new Set([...(releases.get(kernel) ?? []), ...guests.map(({ kernelRelease }) => kernelRelease)]),
    );
  const ran = [...new Set([...releases.values()].flatMap((found) => [...found]))];
  const unknown = problems.flatMap(({ signature, known: listed }) => (listed ? [] : [signature]));
  const idle = known.filter((entry) => {
    if (!ran.some((release) => entry.kernels === undefined || isInRange(release, entry.kernels))) return false;
    return !problems.some((problem) =>
      [...(releases.get(problem.kernel) ?? [])].some((release) => fits(entry, problem, release)),
    );
  });
  const lines = idle.slice(0, MAX_LISTED).map(({ signature, title }) => {
    const near = signature === undefined ? undefined : nearest(signature, unknown);
    return (
      `the known problem "${signature ?? title}" fits nothing that a kernel ` +
      `reported${near === undefined ? '' : `: did you mean "${near}"?`}`
    );
  });
  return idle.length > MAX_LISTED
    ? [...lines, `${idle.length - MAX_LISTED} more known problems fit nothing either`]
    : lines;
}
