import type { Forgiven } from '../../../model/forgiven.ts';
import type { TapDescription } from './directive.ts';
import { Tally } from './tally.ts';

/** Problems that one level keeps. */
const MAX_PROBLEMS = 1000;

/** Whose rules hold. `bare`: results or a plan without a version line. */
export type Dialect = 'tap' | 'ktap' | 'bare';

/** A result line, read whole. */
export interface Point {
  readonly ok: boolean;
  readonly number: number | undefined;
  readonly description: TapDescription;
  /** Unknown and diagnostic lines since the result before. */
  readonly notes: readonly string[];
}

/** Results at one indent: a stream, or a group whose own result comes after it. */
export interface Level {
  /** Known late where the head of the output is lost. */
  parent: Level | undefined;
  readonly column: number;
  readonly hashes: number;
  dialect: Dialect;
  /** It began with a version line. */
  readonly hasVersion: boolean;
  readonly tally: Tally;
  /** Results that have a number or a dash: prose has neither. */
  formalResults: number;
  /** The group's name by its `# Subtest:` line. */
  header: string | undefined;
  /** The group's name by its own result. */
  name: string | undefined;
  /** What the next group is called by a `# Subtest:` line above it. */
  nextHeader: string | undefined;
  /** kselftest's runner has announced a program, whose output has `# ` before each line. */
  runnerAnnounced: boolean;
  /** A result whose subtests follow in braces. */
  held: Point | undefined;
  /** Groups that ended and wait for their result. */
  readonly pending: Level[];
  /** Why nothing ran: `1..0 # SKIP reason`. */
  skipReason: string | undefined;
  bailOut: string | undefined;
  strict: boolean;
  readonly problems: string[];
  /** Results without subtests, here and below. */
  leaves: number;
  /** Its results that had groups. */
  groups: number;
  failed: number;
  firstFailed: Entry | undefined;
  /** A few reasons of skipped leaves. */
  skipReasons: Set<string> | undefined;
  endedInSkip: boolean;
  /** These were no results but prose. */
  isProse: boolean;
}

/** A result as it is found; its whole name is known only when the groups around it have ended. */
export interface Entry {
  readonly level: Level;
  readonly title: string;
  readonly status: 'pass' | 'fail' | 'skip';
  readonly message: string | undefined;
  readonly forgiven: Forgiven | undefined;
  evidence: string | undefined;
}

export function createLevel(place: Pick<Level, 'parent' | 'column' | 'hashes' | 'dialect' | 'hasVersion'>): Level {
  return {
    ...place,
    tally: new Tally(),
    formalResults: 0,
    header: undefined,
    name: undefined,
    nextHeader: undefined,
    runnerAnnounced: false,
    held: undefined,
    pending: [],
    skipReason: undefined,
    bailOut: undefined,
    strict: false,
    problems: [],
    leaves: 0,
    groups: 0,
    failed: 0,
    firstFailed: undefined,
    skipReasons: undefined,
    endedInSkip: false,
    isProse: false,
  };
}

/** Bounded: a hostile guest breaks as much as it likes. */
export function addProblems({ problems }: Level, more: readonly string[]): void {
  problems.push(...more.slice(0, MAX_PROBLEMS - problems.length));
}

/** Nothing of it says more than that it began. */
export function isEmpty({ tally, bailOut, pending, held }: Level): boolean {
  return (
    tally.count === 0 &&
    tally.planned === undefined &&
    bailOut === undefined &&
    pending.length === 0 &&
    held === undefined
  );
}

/**
 * Words such as `ok` or `ok 100 pages`, as many a script says: no version line or plan stands by them, and no numbers
 * count them.
 */
export function looksLikeProse({
  dialect,
  tally,
  formalResults,
  failed,
  bailOut,
  groups,
  pending,
  held,
}: Level): boolean {
  return (
    dialect === 'bare' &&
    tally.planned === undefined &&
    (formalResults === 0 || (failed === 0 && !tally.looksCounted)) &&
    bailOut === undefined &&
    groups === 0 &&
    pending.length === 0 &&
    held === undefined
  );
}

/** What is wrong with a level that has ended, beside what it lacks. */
export function describeFaults(level: Level): readonly string[] {
  const { tally, dialect, parent, bailOut, problems } = level;
  const isSilent = tally.count === 0 && tally.planned === undefined && bailOut === undefined;
  return [
    ...(bailOut === undefined ? [] : [bailOut]),
    ...tally.describeExcess(),
    ...(isSilent && parent === undefined && dialect !== 'bare' ? ['neither a plan nor a result'] : []),
    // TAP 14 asks for a plan in each group, too. KTAP does not.
    ...(!isSilent && bailOut === undefined && tally.planned === undefined && dialect === 'tap'
      ? ['no plan: the output may have been cut short']
      : []),
    ...problems,
  ];
}
