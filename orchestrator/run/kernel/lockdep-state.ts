import type { LockdepCoverage } from '../../model/lockdep.ts';
import { present } from '../../model/present.ts';

/** A moment's look at lockdep in a guest. */
export interface LockdepState {
  /**
   * Zero after the first splat, a taint that lockdep does not trust, or a full table: from then on nothing is checked.
   */
  readonly debugLocks: boolean;
  readonly classes: number;
  readonly dependencies: number;
  readonly chains: number;
  /** The fullest of lockdep's tables, as `lock-classes: 8100 of 8192`; absent while all have room. */
  readonly fullTable?: string;
  /** A line of the file on which the others depend and that the rig cannot read, or the name of one that is missing. */
  readonly unread?: string;
}

/** From here on a table may fill up in the middle of a test, which turns lockdep off. */
const FULL_SHARE = 0.95;
/**
 * Tables that end lockdep when they are full. Others that carry a `[max: …]` do not: `max bfs queue depth` is a
 * high-water mark. See kernel/locking/lockdep_proc.c and the `… too low!` messages of lockdep.c.
 */
const TABLES: ReadonlySet<string> = new Set([
  'lock-classes',
  'direct dependencies',
  'dependency chains',
  'dependency chain hlocks used',
  'stack-trace entries',
]);

/** Reads `/proc/lockdep_stats`; `undefined` when the text is none, as on a kernel without PROVE_LOCKING. */
export function parseLockdepStats(text: string): LockdepState | undefined {
  const rows = new Map<string, { readonly value: number; readonly max: number | undefined }>();
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name = ''] = line.trim().split(':', 1);
    lines.set(name, line.trim());
    const match = /^\s*([^:]+):\s+(\d+)(?:\s+\[max:\s+(\d+)\])?\s*$/.exec(line);
    if (match) rows.set(name, { value: Number(match[2]), max: match[3] === undefined ? undefined : Number(match[3]) });
  }
  // CONFIG_LOCK_STAT alone makes the file too, without the tables of the validator.
  if (!lines.has('direct dependencies')) return undefined;
  const debugLocks = rows.get('debug_locks');
  const unread =
    debugLocks === undefined
      ? (lines.get('debug_locks') ?? 'debug_locks, which is missing')
      : [...TABLES].map((name) => (rows.has(name) ? undefined : lines.get(name))).find((line) => line !== undefined);
  const full = [...rows].find(
    ([name, { value, max }]) => TABLES.has(name) && max !== undefined && value >= FULL_SHARE * max,
  );
  return {
    debugLocks: debugLocks?.value !== 0,
    classes: rows.get('lock-classes')?.value ?? 0,
    dependencies: rows.get('direct dependencies')?.value ?? 0,
    chains: rows.get('dependency chains')?.value ?? 0,
    ...(full && { fullTable: `${full[0]}: ${full[1].value} of ${full[1].max}` }),
    ...present({ unread }),
  };
}

/** What lockdep saw of a test between two looks at it. `after` is absent when the guest could not be asked any more. */
export function judgeCoverage(before: LockdepState, after: LockdepState | undefined): LockdepCoverage {
  const last = after ?? before;
  const reason = findGap(before, after);
  const { classes, dependencies, chains } = last;
  return {
    covered: reason === undefined,
    ...present({ reason }),
    classes,
    dependencies,
    chains,
    grown: {
      classes: classes - before.classes,
      dependencies: dependencies - before.dependencies,
      chains: chains - before.chains,
    },
  };
}

function findGap(before: LockdepState, after: LockdepState | undefined): string | undefined {
  if (!before.debugLocks) return 'lockdep was off before the test began';
  if (before.fullTable !== undefined) return `lockdep had no room left before the test began (${before.fullTable})`;
  if (after === undefined) return 'the guest could not be asked after the test';
  const unread = before.unread ?? after.unread;
  if (unread !== undefined) return `the kernel's /proc/lockdep_stats has a line that the rig cannot read: ${unread}`;
  return after.debugLocks ? undefined : 'lockdep turned itself off during the test';
}

/** Why a guest in this state proves nothing about locking any more; `undefined` while it does. */
export function whySpent(state: LockdepState): string | undefined {
  if (!state.debugLocks) return 'lockdep is off';
  return state.fullTable === undefined ? undefined : `a table of lockdep is full (${state.fullTable})`;
}
