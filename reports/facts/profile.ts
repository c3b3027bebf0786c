import { type PhaseTime, sumPhases } from '../../orchestrator/model/phase-time.ts';
import type { RunSummary } from '../fold/summary.ts';
import { median } from '../text/median.ts';

/** Where the time of a run went. */
export interface Profile {
  readonly wallMs: number;
  readonly firstTestMs?: number;
  /** In the order in which they first began; `wallMs` of all rows is that of the run. */
  readonly rows: readonly ProfileRow[];
  /** Several guests: the times of one phase differ, and phases go on side by side. */
  readonly manyGuests: boolean;
}

/** One phase of the run. */
export interface ProfileRow {
  readonly phase: string;
  /** Its part of the wall time: while several phases went on, each has an equal part of that time. */
  readonly wallMs: number;
  readonly count: number;
  readonly sumMs: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

/** What no event accounts for. */
export const UNACCOUNTED = 'not accounted for';

/** Sorts the wall time of a run by phase. `after`: steps that followed on the journal's last event. */
export function profileRun(
  { time, guests }: Pick<RunSummary, 'time' | 'guests'>,
  after: readonly PhaseTime[] = [],
): Profile {
  const phases = [...time.spans].toSorted(([, [a = 0]], [, [b = 0]]) => a - b);
  const { parts, idleMs } = divideWall(
    phases.map(([, spans]) => spans),
    time.wallMs,
  );
  const rows = phases.map(([phase, spans], index) => ({ phase, wallMs: parts[index] ?? 0, ...measure(spans) }));
  return {
    wallMs: time.wallMs + sumPhases(after),
    ...(time.firstTestMs !== undefined && { firstTestMs: time.firstTestMs }),
    rows: [...rows, ...after.map(onceRow), { ...onceRow({ phase: UNACCOUNTED, ms: idleMs }), count: 0 }],
    manyGuests: guests.length > 1,
  };
}

function onceRow({ phase, ms }: PhaseTime): ProfileRow {
  return { phase, wallMs: ms, count: 1, sumMs: ms, medianMs: ms, maxMs: ms };
}

/** Words for the head of the columns of {@link profileCells}. */
export function profileHead({ manyGuests }: Profile): readonly string[] {
  return ['PHASE', 'MS', 'SHARE', ...(manyGuests ? ['COUNT', 'SUM', 'MEDIAN', 'MAX'] : [])];
}

/** A row in words, the phase first; the other cells are numbers. */
export function profileCells(row: ProfileRow, { wallMs, manyGuests }: Profile): readonly string[] {
  const { phase, count, sumMs, medianMs, maxMs } = row;
  const share = wallMs === 0 ? 0 : (row.wallMs / wallMs) * 100;
  const each = count === 0 ? ['', '', '', ''] : [count, sumMs, medianMs, maxMs].map((value) => value.toFixed(0));
  return [phase, row.wallMs.toFixed(0), `${share.toFixed(1)} %`, ...(manyGuests ? each : [])];
}

function measure(spans: readonly number[]): Pick<ProfileRow, 'count' | 'sumMs' | 'medianMs' | 'maxMs'> {
  const lengths = Array.from({ length: spans.length / 2 }, (_, at) => (spans[2 * at + 1] ?? 0) - (spans[2 * at] ?? 0));
  return {
    count: lengths.length,
    sumMs: lengths.reduce((sum, ms) => sum + ms, 0),
    medianMs: median(lengths),
    maxMs: lengths.reduce((max, ms) => Math.max(max, ms), 0),
  };
}

/** Each moment belongs in equal parts to all spans that it lies in; `idleMs` is what lies in none. */
function divideWall(
  phases: readonly (readonly number[])[],
  wallMs: number,
): { readonly parts: readonly number[]; readonly idleMs: number } {
  // Numbers, time first: there may be 400,000, and as objects they take more than twice as long to sort.
  const codes = 2 * phases.length;
  const changes = Float64Array.from(
    phases.flatMap((spans, phase) => spans.map((atMs, at) => Math.round(atMs * 1000) * codes + 2 * phase + (at % 2))),
  ).toSorted();
  const parts = phases.map(() => 0);
  const open = phases.map(() => 0);
  /** What each span that is open has had so far, and by phase, up to where it has been counted. */
  let had = 0;
  const counted = phases.map(() => 0);
  let [all, lastMs, idleMs] = [0, 0, 0];
  const pass = (toMs: number): void => {
    if (all === 0) idleMs += toMs - lastMs;
    else had += (toMs - lastMs) / all;
    lastMs = toMs;
  };
  for (const change of changes) {
    const code = change % codes;
    const phase = Math.floor(code / 2);
    const by = code % 2 === 0 ? 1 : -1;
    pass((change - code) / codes / 1000);
    parts[phase] = (parts[phase] ?? 0) + (open[phase] ?? 0) * (had - (counted[phase] ?? 0));
    counted[phase] = had;
    open[phase] = (open[phase] ?? 0) + by;
    all += by;
  }
  pass(wallMs);
  return { parts, idleMs };
}
