import { cleanLine } from '../text/clean-text.ts';
import { formatDuration } from '../text/format.ts';
import { MARKS } from '../text/outcome-symbols.ts';
import { shownAttempt } from '../fold/outcomes.ts';
import type { RunSummary } from '../fold/summary.ts';
import { alignColumns } from '../../orchestrator/model/align-columns.ts';

const HEAD = ['', 'SELFTEST', 'EXPECTED', 'TIME', 'SEEN'];

/** What the rig was to see and what it saw, a line a test; nothing on a run without a selftest. */
export function formatSelftest({ cells }: Pick<RunSummary, 'cells'>): string[] {
  const proving = cells.filter(({ tests }) => tests.some(({ expects }) => expects));
  const rows = proving.flatMap(({ id, tests }) =>
    tests.flatMap((test) => {
      if (test.expects === undefined) return [];
      const shown = shownAttempt(test);
      const { kinds } = test.expects;
      const seen = shown?.message?.replace(/^seen: /, '') ?? test.message ?? 'nothing';
      const where = proving.length > 1 ? `${id} ` : '';
      return [
        [
          `${MARKS[test.outcome]} ${test.outcome}`,
          cleanLine(where + test.name),
          kinds.length === 0 ? 'nothing' : kinds.join(' or '),
          shown === undefined ? '' : formatDuration(shown.durationMs),
          cleanLine(seen),
        ],
      ];
    }),
  );
  if (rows.length === 0) return [];
  return alignColumns([HEAD, ...rows]).map((line) => line.trimEnd());
}
