import type { JournalEvent } from '../../../orchestrator/model/event.ts';
import { formatTotals, plural } from '../../text/format.ts';
import { RunFold } from '../../fold/fold.ts';
import { sumTotals } from '../../fold/outcomes.ts';
import { nameState } from '../../fold/run-state.ts';
import { countLeft } from './count-left.ts';
import type { View } from './evidence-lines.ts';
import { formatFinalReport } from './final-report.ts';
import type { Palette } from './palette.ts';
import { PrintedSplats } from './printed-splats.ts';
import type { Reporter } from './reporter.ts';
import { renderNote, renderResult, renderStage } from './result-lines.ts';

/** Lines that stay, for CI logs and pipes: one a finished test, evidence below what failed, a table at the end. */
export function createPlainReporter(
  write: (text: string) => void,
  runDir: string,
  palette: Palette,
  fold = new RunFold(),
): Reporter {
  const print = (lines: readonly string[]): void => {
    if (lines.length > 0) write(`${lines.join('\n')}\n`);
  };
  const view: View = { runDir, width: Infinity, palette, printed: new PrintedSplats() };
  return {
    onEvent(event) {
      fold.apply(event);
      print(renderEvent(event, fold, view));
    },
    close: (summary) => print(summary ? formatFinalReport(summary, runDir, { palette }) : []),
  };
}

/** The lines that an event leaves in a log, after the fold has seen it. */
export function renderEvent(event: JournalEvent, fold: RunFold, view: View): string[] {
  const { width, palette } = view;
  switch (event.type) {
    case 'run-start':
      return [
        `pmemrig ${event.version}: ${event.matrix}, ${plural(event.cells.length, 'cell')}, ` +
          `${plural(sumTotals(fold.totals) - fold.totals.excluded, 'test')}, run ${event.runId}`,
      ];
    case 'resume':
      return [`pmemrig ${event.version}: resumes a run in which ${describeLeft(fold)}`];
    case 'stage':
      return renderStage(event, width, palette);
    case 'test-end':
      return renderResult(event, fold.cells.get(event.cell)?.tests.get(event.test), view);
    case 'note':
      return [renderNote(event.text, width, palette)];
    case 'run-end':
      // An error in the input has a message of its own.
      return event.reason === 'finished' || event.reason === 'user'
        ? []
        : [renderNote(`${nameState(event.reason)} with ${formatTotals(fold.totals, fold.known)}`, width, palette)];
    case 'cell-start':
    case 'cell-end':
    case 'guest-boot':
    case 'guest-end':
    case 'guest-control':
    case 'test-start':
    // Its test says it.
    case 'problem':
      return [];
    default:
      return event satisfies never;
  }
}

/** What a run that goes on still has before it; where each test is run several times, that is more than tests. */
function describeLeft(fold: RunFold): string {
  const { all, left } = countLeft(fold);
  const verb = left === 1 ? 'is' : 'are';
  if (fold.repeat === 1) return `${left} of ${plural(all, 'test')} ${verb} left`;
  return `${left} of ${all} test runs ${verb} left: ${plural(all / fold.repeat, 'test')}, ${fold.repeat} times each`;
}
