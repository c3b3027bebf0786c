import { type History, openHistory } from '../../history/history.ts';
import type { ServeOptions } from './serve-options.ts';
import { type Survey, surveyRuns } from './survey-runs.ts';

/** A look at the folder of runs costs a few milliseconds, and pages come in bursts. */
const FRESH_MS = 1000;

/** History as a page sees it. */
export interface KnownRuns {
  readonly history: History;
  readonly survey: Survey;
  /** A sentence for each journal that cannot be read. */
  readonly leftOut: readonly string[];
}

interface Opened extends KnownRuns {
  users: number;
  isReplaced: boolean;
}

/** Keeps history open between requests, and opens it again once runs were added, ended or went on. */
export class HistoryKeeper implements Disposable {
  readonly #options: ServeOptions;
  #opened: Opened | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #checking: Promise<Opened> | undefined;

  constructor(options: ServeOptions) {
    this.#options = options;
  }

  /**
   * Does some work with history as of now; it stays open until that is done. Rejects as {@link openHistory} does, and
   * as `work` does.
   */
  async use<Result>(work: (known: KnownRuns) => Promise<Result> | Result): Promise<Result> {
    const opened = await this.#upToDate();
    opened.users += 1;
    try {
      return await work(opened);
    } finally {
      opened.users -= 1;
      closeIfUnused(opened);
    }
  }

  async #upToDate(): Promise<Opened> {
    if (this.#opened && performance.now() - this.#checkedAt < FRESH_MS) return this.#opened;
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  async #check(): Promise<Opened> {
    const before = this.#opened;
    const survey = await surveyRuns(this.#options, isOverIn(before));
    this.#opened = before?.survey.signature === survey.signature ? before : await this.#open(survey);
    this.#checkedAt = performance.now();
    if (before && before !== this.#opened) {
      before.isReplaced = true;
      closeIfUnused(before);
    }
    return this.#opened;
  }

  async #open(survey: Survey): Promise<Opened> {
    const leftOut: string[] = [];
    const history = await openHistory(this.#options.runsDir, (line) => {
      if (line.startsWith('history leaves out')) leftOut.push(line);
      else this.#options.log(line);
    });
    return { history, survey, leftOut, users: 0, isReplaced: false };
  }

  [Symbol.dispose](): void {
    if (!this.#opened) return;
    this.#opened.isReplaced = true;
    closeIfUnused(this.#opened);
  }
}

function closeIfUnused({ history, users, isReplaced }: Opened): void {
  if (isReplaced && users === 0) history[Symbol.dispose]();
}

/** One that finished is over; any other may be resumed. */
function isOverIn(opened: Opened | undefined): (runId: string) => boolean {
  const over = new Set(
    opened?.history.runs
      .filter(({ runId, ending }) => ending === 'finished' && !opened.survey.live.has(runId))
      .map(({ runId }) => runId),
  );
  return (runId) => over.has(runId);
}
