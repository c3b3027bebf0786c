import type { JudgedProblem } from '../../model/known-problem.ts';
import type { CellRecord } from './attempt-environment.ts';
import type { Observation } from '../kernel/observe-guest.ts';
import { messageOf } from '../../model/message-of.ts';
import { present } from '../../model/present.ts';

interface ProblemPlace {
  readonly cell: string;
  readonly test: string;
  readonly attempt: number;
  readonly guest: number;
}

/** Events of one test and kind: what is not expected, and what is known. */
const MAX_REPORTED = { unknown: 500, known: 100 } as const;

/**
 * Puts the problems of one test into the journal, each with its text in a file of its own:
 * `cells/<cell>/problems/<guest>-<n>-<kind>.txt`.
 */
export async function reportProblems(
  record: CellRecord,
  place: ProblemPlace,
  { before, inside }: Pick<Observation, 'before' | 'inside'>,
): Promise<void> {
  for (const [during, problems] of [
    ['gap', before],
    ['test', inside],
  ] as const) {
    const { kept, omitted } = bound(problems);
    if (omitted > 0)
      record.emit({
        type: 'note',
        text:
          `${place.cell} ${place.test}: ${omitted} more kernel problems were left out of the journal; ` +
          'the console has them',
      });
    for (const judged of kept) {
      const file = await keepText(record, place, judged);
      record.emit({ type: 'problem', ...place, during, ...present({ file }), ...judged });
    }
  }
}

/** Each kind has room of its own, so that what is known never takes that of what is not. */
function bound(problems: readonly JudgedProblem[]): {
  readonly kept: readonly JudgedProblem[];
  readonly omitted: number;
} {
  const room: Record<keyof typeof MAX_REPORTED, number> = { ...MAX_REPORTED };
  const kept = problems.filter(({ known }) => (room[known ? 'known' : 'unknown'] -= 1) >= 0);
  return { kept, omitted: problems.length - kept.length };
}

let count = 0;

async function keepText(
  { artifacts, log }: CellRecord,
  { guest }: ProblemPlace,
  { problem }: JudgedProblem,
): Promise<string | undefined> {
  count += 1;
  try {
    return await artifacts.put(`problems/${guest}-${count}-${problem.kind}.txt`, `${problem.lines.join('\n')}\n`);
  } catch (error) {
    // The journal has the text too.
    log(`the report of a kernel problem could not be kept as a file: ${messageOf(error)}`);
    return undefined;
  }
}
