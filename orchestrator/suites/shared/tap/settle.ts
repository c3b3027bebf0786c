import type { Collector } from './collector.ts';
import { addProblems, describeFaults, type Entry, isEmpty, type Level, type Point } from './level.ts';
import { findSkipReason, judgePoint, type PointOutcome } from './outcome.ts';

/** Reasons for skips that a group remembers, to see whether its own is another. */
const MAX_SKIP_REASONS = 20;

/** What the groups say that a result closes. */
interface Inner {
  readonly leaves: number;
  readonly failed: number;
  readonly firstFailed: Entry | undefined;
  readonly skipReasons: ReadonlySet<string>;
  readonly skipReason: string | undefined;
  readonly problems: readonly string[];
  /** Groups were announced, and hold neither a plan nor a result. */
  readonly isHollow: boolean;
}

/**
 * Takes a result of `level`, with the groups that ended before it. Only the leaves of these are reported, and what the
 * leaves do not say.
 */
export function settlePoint(level: Level, point: Point, collector: Collector): void {
  const outcome = judgePoint(point, level.tally.add(point.number));
  if (level.pending.length === 0 && outcome.status === 'pass') {
    closePoint(level, outcome);
    return add(level, outcome, collector);
  }
  const groups = takeGroups(level, outcome.title);
  const inner = sumUp(level, groups, outcome);
  for (const group of groups) group.name = outcome.title;
  if (groups.length > 0) level.groups += 1;
  closePoint(level, outcome);

  if (inner.leaves === 0) return addLeaf(level, outcome, point, inner, collector);
  addGroup(level, outcome, inner, collector);
}

function closePoint(level: Level, { status, isExcused }: PointOutcome): void {
  level.endedInSkip = status === 'skip' && !isExcused;
  level.nextHeader = undefined;
  level.runnerAnnounced = false;
}

/** Groups with a name of their own that is not the result's have lost theirs. */
function takeGroups(level: Level, title: string): readonly Level[] {
  const own: Level[] = [];
  const pending = level.pending.splice(0);
  const last = pending.at(-1);
  for (const group of pending) {
    if (group === last || group.header === undefined || group.header === title) own.push(group);
    else abandonGroup(level, group);
  }
  return own;
}

/** The guest died in it, or its result was lost: what it had printed still counts. */
export function abandonGroup(level: Level, group: Level): void {
  group.name = group.header || 'unfinished';
  level.leaves += group.leaves;
  level.failed += group.failed;
  level.firstFailed ??= group.firstFailed;
  level.groups += 1;
  addProblems(level, [
    `the group "${group.name}" has no result of its own`,
    ...[group.bailOut ?? [], group.problems].flat().map((problem) => `${group.name}: ${problem}`),
  ]);
}

function sumUp(level: Level, groups: readonly Level[], { status, isExcused }: PointOutcome): Inner {
  // kselftest.h's ksft_exit_skip() prints one more result and ends the program, before its plan is done.
  const restWasSkipped = status === 'skip' && !isExcused;
  const problems = groups.flatMap((group) => {
    if (isEmpty(group)) return [];
    const missing = restWasSkipped && group.endedInSkip ? undefined : group.tally.describeMissing();
    return [...(missing === undefined ? [] : [missing]), ...describeFaults(group)];
  });
  return {
    leaves: groups.reduce((sum, group) => sum + group.leaves, 0),
    failed: groups.reduce((sum, group) => sum + group.failed, 0),
    firstFailed: groups.find(({ firstFailed }) => firstFailed)?.firstFailed,
    skipReasons: new Set(groups.flatMap(({ skipReasons }) => [...(skipReasons ?? [])])),
    skipReason: groups.find(({ skipReason }) => skipReason !== undefined)?.skipReason,
    problems,
    // A program below kselftest's runner is judged by its exit status.
    isHollow: groups.length > 0 && groups.every((group) => isEmpty(group) && group.hashes === level.hashes),
  };
}

function addLeaf(level: Level, outcome: PointOutcome, { notes }: Point, inner: Inner, collector: Collector): void {
  const { status, isExcused, title } = outcome;
  if (status === 'skip' && !isExcused) {
    const reasons = new Set([outcome.message, inner.skipReason].filter((reason) => reason !== undefined));
    return add(
      level,
      { ...outcome, message: [...reasons].join('; ') || (findSkipReason(notes) ?? 'skipped without a reason') },
      collector,
    );
  }
  // A program that skips all and exits 0 has run nothing, even if its runner calls that a pass.
  if (status === 'pass' && inner.skipReason !== undefined && inner.problems.length === 0)
    return add(level, { ...outcome, status: 'skip', message: inner.skipReason }, collector);
  if (status === 'pass' && inner.isHollow)
    return add(
      level,
      { ...outcome, status: 'skip', message: 'nothing ran in it: neither a plan nor a result' },
      collector,
    );
  const said = [
    ...(inner.skipReason === undefined || status !== 'fail' ? [] : [`skipped: ${inner.skipReason}`]),
    ...inner.problems,
  ];
  if (said.length === 0) return add(level, outcome, collector);
  if (status === 'pass')
    addProblems(
      level,
      inner.problems.map((problem) => `${title}: ${problem}`),
    );
  return add(level, withProblems(outcome, said), collector);
}

/** Reports of a group only what its leaves do not say. */
function addGroup(level: Level, outcome: PointOutcome, inner: Inner, collector: Collector): void {
  const { status, isExcused, title, reason, directive } = outcome;
  level.leaves += inner.leaves;
  for (const known of inner.skipReasons) keepReason(level, known);
  level.failed += inner.failed;
  level.firstFailed ??= inner.firstFailed;
  if (inner.problems.length > 0) {
    if (status !== 'fail')
      addProblems(
        level,
        inner.problems.map((problem) => `${title}: ${problem}`),
      );
    return add(level, withProblems(outcome, inner.problems), collector);
  }
  if (status === 'pass') return outcome.message === undefined ? undefined : add(level, outcome, collector);
  // A failure in it is one still: what is expected to fail says so itself.
  if (isExcused) return add(level, outcome, collector);
  if (status === 'skip') {
    const own = reason || inner.skipReason;
    return own === undefined || own === '' || inner.skipReasons.has(own)
      ? undefined
      : add(level, { ...outcome, message: own }, collector);
  }
  // kselftest's runner says `exit=1` of a program whose own results say what failed.
  if (inner.failed === 0 || (directive !== undefined && directive !== 'exit=1')) return add(level, outcome, collector);
  if (inner.firstFailed && reason !== '') collector.addEvidence(inner.firstFailed, `${title}: ${outcome.message}`);
}

function withProblems(outcome: PointOutcome, problems: readonly string[]): PointOutcome {
  return {
    ...outcome,
    status: 'fail',
    message: [...(outcome.message === undefined ? [] : [outcome.message]), ...problems.slice(0, 3)].join('; '),
  };
}

function add(
  level: Level,
  { title, status, message, evidence, isExcused, reason }: PointOutcome,
  collector: Collector,
): void {
  const forgiven = status === 'skip' && isExcused ? ({ by: 'test', reason } as const) : undefined;
  const entry: Entry = { level, title, status, message, evidence, forgiven };
  level.leaves += 1;
  if (status === 'fail') {
    level.failed += 1;
    level.firstFailed ??= entry;
  }
  if (status === 'skip' && !forgiven && message !== undefined) keepReason(level, message);
  collector.add(entry);
}

function keepReason(level: Level, reason: string): void {
  level.skipReasons ??= new Set();
  if (level.skipReasons.size < MAX_SKIP_REASONS) level.skipReasons.add(reason);
}
