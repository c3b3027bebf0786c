import { oneLine } from '../../shared/one-line.ts';
import type { Entry, Level } from './level.ts';
import { MAX_NAME_CHARS, MAX_REASON_CHARS } from './outcome.ts';
import type { TapReport, TapSubtest } from './report.ts';
import { UniqueNames } from './unique-names.ts';
import { present } from '../../../model/present.ts';

/** Results that are kept, and groups. */
export const MAX_RESULTS = 250_000;
const MAX_GROUPS = 50_000;
/** Deeper than any framework nests. */
export const MAX_DEPTH = 64;
const MAX_TEXT_CHARS = 48 * 2 ** 20;
/** Beside the messages: the whole output is kept as a file. */
const MAX_EVIDENCE_CHARS = 8 * 2 ** 20;
const MAX_PROBLEMS = 1000;
/** Results are given their names in turns of so many. */
const BATCH = 1000;

/** What was found in an output, in order, within bounds. */
export class Collector {
  /** Those whose names are not settled yet. */
  #entries: Entry[] = [];
  readonly #subtests: TapSubtest[] = [];
  readonly #names = new UniqueNames();
  readonly #missing: string[] = [];
  readonly #problems: string[] = [];
  readonly #skippedStreams: string[] = [];
  #streams = 0;
  #groups = 0;
  #text = 0;
  #evidence = 0;
  #leftOut = 0;
  #leftOutFailed = 0;
  #strays = 0;
  #firstNotOk: string | undefined;
  #notOk = 0;
  #endedInSkip = false;

  /** Further results are only counted. */
  get isFull(): boolean {
    return (
      this.#subtests.length + this.#entries.length >= MAX_RESULTS ||
      this.#groups >= MAX_GROUPS ||
      this.#text >= MAX_TEXT_CHARS
    );
  }

  add(entry: Entry): void {
    this.#text += entry.title.length + (entry.message?.length ?? 0);
    if (entry.evidence !== undefined) {
      this.#evidence += entry.evidence.length;
      if (this.#evidence > MAX_EVIDENCE_CHARS) entry.evidence = undefined;
    }
    this.#entries.push(entry);
  }

  /**
   * Gives the results of an outermost level their names, which nothing can change any more, so that memory does not
   * hold both forms of all.
   */
  settle(outermost: Level): void {
    if (this.#entries.length < 2 * BATCH) return;
    // The last may still get its YAML block; those of another speaker wait for their groups.
    const foreign = this.#entries.findIndex(({ level }) => outermostOf(level) !== outermost);
    const settled = foreign === -1 ? this.#entries.length - 1 : foreign;
    if (settled >= BATCH) this.#name(settled);
  }

  #name(count: number): void {
    for (const entry of this.#entries.slice(0, count)) {
      const subtest = toSubtest(entry);
      if (subtest) this.#subtests.push({ ...subtest, name: this.#names.take(subtest.name) });
    }
    this.#entries = this.#entries.slice(count);
  }

  /** Takes what a failure was found to say afterwards. */
  addEvidence(entry: Entry, text: string): void {
    this.#evidence += text.length;
    if (this.#evidence <= MAX_EVIDENCE_CHARS)
      entry.evidence = entry.evidence === undefined ? text : `${entry.evidence}\n${text}`;
  }

  addGroup(): void {
    this.#groups += 1;
  }

  leaveOut(isNotOk: boolean): void {
    this.#leftOut += 1;
    if (isNotOk) this.#leftOutFailed += 1;
  }

  /** Takes a line that looks like a result and belongs to no stream. */
  addStray(line: string, isNotOk: boolean): void {
    this.#strays += 1;
    if (!isNotOk) return;
    this.#notOk += 1;
    this.#firstNotOk ??= oneLine(line, MAX_NAME_CHARS);
  }

  /** Takes the results of a stream that was none for what they are: lines that only look like results. */
  dropProse(stream: Level): void {
    for (let last = this.#entries.at(-1); last?.level === stream; last = this.#entries.at(-1)) {
      this.#entries.pop();
      this.addStray(`not ok ${last.title}`, last.status === 'fail');
    }
  }

  /** Takes a failure's YAML block, which says why. */
  explainLast(text: string): void {
    const last = this.#entries.at(-1);
    if (last?.status === 'fail') this.addEvidence(last, text);
  }

  addCutLine(): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push('a result line of more than 64 KiB was cut');
  }

  /** Takes what a stream that has ended says as a whole. */
  endStream({
    missing,
    problems,
    skipReason,
    endedInSkip,
  }: {
    readonly missing: readonly string[];
    readonly problems: readonly string[];
    readonly skipReason: string | undefined;
    readonly endedInSkip: boolean;
  }): void {
    this.#streams += 1;
    this.#endedInSkip = endedInSkip;
    if (skipReason !== undefined) this.#skippedStreams.push(skipReason);
    const place = this.#streams === 1 ? '' : `stream ${this.#streams}: `;
    const keep = (list: string[], said: readonly string[]) =>
      list.push(
        ...said.slice(0, MAX_PROBLEMS - list.length).map((problem) => oneLine(place + problem, MAX_REASON_CHARS)),
      );
    keep(this.#missing, missing);
    keep(this.#problems, problems);
  }

  finish(): TapReport {
    this.#name(this.#entries.length);
    const subtests = this.#subtests;
    const missing = this.#leftOut > 0 ? [this.#describeLeftOut()] : this.#missing;
    const problems = [...missing, ...this.#problems];
    const reasons = [...new Set(this.#skippedStreams)].slice(0, 5);
    const skipsAll = reasons.length > 0 && subtests.length === 0 && problems.length === 0;
    return {
      subtests,
      problems,
      missingProblems: missing.length,
      ...(skipsAll ? { skipAll: reasons.join('; ') } : {}),
      remarks: [
        ...(this.#firstNotOk === undefined
          ? []
          : [
              `${this.#notOk === 1 ? 'a line begins' : `${this.#notOk} lines begin`} with "not ok" outside of ` +
                `any results: "${this.#firstNotOk}"`,
            ]),
        ...(skipsAll ? [] : reasons.map((reason) => `a part was skipped: ${reason}`)),
      ],
      endedInSkip: this.#endedInSkip,
      strayLines: this.#strays,
    };
  }

  #describeLeftOut(): string {
    const failed = this.#leftOutFailed === 0 ? '' : ` (${this.#leftOutFailed} of them failed)`;
    return `${this.#leftOut} results${failed} were left out: ${MAX_RESULTS} are read at most, nested ${MAX_DEPTH} deep`;
  }
}

function outermostOf(level: Level): Level {
  let at = level;
  while (at.parent) at = at.parent;
  return at;
}

function toSubtest({ level, title, status, message, evidence, forgiven }: Entry): TapSubtest | undefined {
  let name = title;
  for (let at: Level | undefined = level; at; at = at.parent) {
    if (at.isProse) return undefined;
    if (at.name !== undefined) name = `${at.name}/${name}`;
  }
  return {
    name,
    status,
    ...(message === undefined ? {} : { message }),
    ...(evidence === undefined ? {} : { evidence }),
    ...present({ forgiven }),
  };
}
