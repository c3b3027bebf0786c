import type { JournalEvent } from '../../../orchestrator/model/event.ts';
import type { RunSummary } from '../../fold/summary.ts';

/** Follows a run: every event as the journal has it, then once the whole, or nothing of a run that is not kept. */
export interface Reporter {
  onEvent(event: JournalEvent): void;
  close(summary?: RunSummary): void;
}
