import { createLogUpdate } from 'log-update';
import type { JournalEvent } from '../../../orchestrator/model/event.ts';
import { RunFold } from '../../fold/fold.ts';
import { needsAttention } from '../../fold/outcomes.ts';
import { formatFinalReport } from './final-report.ts';
import { renderFrame } from './live-frame.ts';
import type { Palette } from './palette.ts';
import { renderEvent } from './plain.ts';
import { PrintedSplats } from './printed-splats.ts';
import type { Reporter } from './reporter.ts';
import { outcomeOfEnd } from './result-lines.ts';
import { widthOf } from './width-of.ts';

const REDRAW_MS = 200;
/** For a terminal that has lost its size. */
const USUAL_ROWS = 24;

/** A view that is drawn over, for a person at a TTY; what failed scrolls by above it and stays. */
export function createLiveReporter(
  stream: NodeJS.WriteStream,
  runDir: string,
  palette: Palette,
  fold = new RunFold(),
  now: () => number = Date.now,
): Reporter {
  const view = createLogUpdate(stream);
  const printed = new PrintedSplats();
  const draw = (): void =>
    view(renderFrame(fold, now(), { width: widthOf(stream), height: stream.rows || USUAL_ROWS }, palette).join('\n'));
  // Never what keeps the process alive.
  const timer = setInterval(draw, REDRAW_MS).unref();
  return {
    onEvent(event) {
      fold.apply(event);
      if (!staysInSight(event, fold)) return;
      const lines = renderEvent(event, fold, { runDir, width: widthOf(stream), palette, printed });
      // Not `view.persist`: it cuts its text to the screen's height.
      view.clear();
      stream.write(`${lines.join('\n')}\n`);
      draw();
    },
    close(summary) {
      clearInterval(timer);
      view.clear();
      view.done();
      if (summary)
        stream.write(`${formatFinalReport(summary, runDir, { width: widthOf(stream), palette }).join('\n')}\n`);
    },
  };
}

/** The view shows passes and skips as counts. */
function staysInSight(event: JournalEvent, fold: RunFold): boolean {
  if (event.type === 'stage') return event.status !== 'start';
  if (event.type !== 'test-end') return event.type === 'run-start' || event.type === 'resume' || event.type === 'note';
  const outcome = outcomeOfEnd(event, fold.cells.get(event.cell)?.tests.get(event.test)?.outcome ?? event.status);
  return needsAttention(outcome) || outcome === 'flaky';
}
