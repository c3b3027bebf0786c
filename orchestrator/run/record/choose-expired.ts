/** A run as retention sees it. */
export interface RetainedRun {
  readonly runId: string;
  readonly matrix: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** It finished without a failure and without a gap. */
  readonly isGreen: boolean;
}

export interface Retention {
  /** Newest runs of each matrix that stay, at any age. */
  readonly keep: number;
  /** Younger ones stay, however many. */
  readonly days: number;
  /** ISO 8601, UTC. */
  readonly now: string;
  /** Runs that stay by their ids: pinned ones, the latest. */
  readonly pinned: ReadonlySet<string>;
}

const DAY_MS = 86_400_000;

/**
 * The runs that no rule keeps, oldest first. The newest green run of each matrix stays as well: the next one is judged
 * by it.
 */
export function chooseExpired(
  runs: readonly RetainedRun[],
  { keep, days, now, pinned }: Retention,
): readonly RetainedRun[] {
  const since = Date.parse(now) - days * DAY_MS;
  const newestFirst = runs.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt) || b.runId.localeCompare(a.runId));
  const seen = new Map<string, number>();
  const greens = new Set<string>();
  return newestFirst
    .filter(({ runId, matrix, startedAt, isGreen }) => {
      const place = seen.get(matrix) ?? 0;
      seen.set(matrix, place + 1);
      const isLastGreen = isGreen && !greens.has(matrix);
      if (isGreen) greens.add(matrix);
      return place >= keep && Date.parse(startedAt) < since && !isLastGreen && !pinned.has(runId);
    })
    .toReversed();
}
