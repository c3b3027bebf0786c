import { type Collector, MAX_DEPTH } from './collector.ts';
import { createLevel, describeFaults, type Dialect, isEmpty, type Level, looksLikeProse } from './level.ts';
import type { TapLine } from './line.ts';
import { abandonGroup, settlePoint } from './settle.ts';
import type { Speaker } from './stamp.ts';

/** Where a line belongs: to an open level, or below one. */
interface Place {
  readonly level: Level;
  readonly isBelow: boolean;
}

/** The levels of one speaker that are open, one in the other, and how they open and end. */
export class OpenLevels {
  readonly #collector: Collector;
  readonly #speaker: Speaker;
  /** The outermost first. */
  readonly #open: Level[] = [];

  constructor(collector: Collector, speaker: Speaker) {
    this.#collector = collector;
    this.#speaker = speaker;
  }

  get outermost(): Level | undefined {
    return this.#open[0];
  }

  get innermost(): Level | undefined {
    return this.#open.at(-1);
  }

  /** The place of a line; `undefined` outside of every stream, `null` where it can be a comment alone. */
  find({ column, hashes }: Pick<TapLine, 'column' | 'hashes'>): Place | undefined | null {
    const level = this.#open.findLast((open) => open.column <= column && open.hashes <= hashes);
    if (!level) return undefined;
    if (level.column === column) return level.hashes === hashes ? { level, isBelow: false } : null;
    return { level, isBelow: true };
  }

  openLevel({ column, hashes }: TapLine, parent: Level | undefined, dialect: Dialect, hasVersion: boolean): Level {
    const level = createLevel({ parent, column, hashes, dialect, hasVersion });
    this.#open.push(level);
    this.#collector.addGroup();
    return level;
  }

  /** `undefined` where it is nested too deep. */
  openBelow(line: TapLine, parent: Level, dialect: Dialect, hasVersion: boolean): Level | undefined {
    if (this.#open.length >= MAX_DEPTH) return undefined;
    const level = this.openLevel(line, parent, dialect, hasVersion);
    level.header = parent.nextHeader;
    level.strict = parent.strict;
    return level;
  }

  /** Ends a level and opens another in its place. */
  restart(level: Level, dialect: Dialect, hasVersion: boolean): Level {
    const { parent } = level;
    if (!parent) this.closeStream();
    else this.closeDownTo(parent);
    return this.openLevel({ ...level, words: '' }, parent, dialect, hasVersion);
  }

  adopt(parent: Level, groups: readonly Level[]): void {
    for (const group of groups) {
      group.parent = parent;
      parent.pending.push(group);
    }
  }

  /** Ends the levels below `level`, or all. */
  closeDownTo(level: Level | undefined): void {
    let open = this.#open.at(-1);
    while (open && open !== level) {
      this.#open.pop();
      this.#finish(open);
      if (open.parent && (!isEmpty(open) || open.header !== undefined || open.hasVersion))
        keepPending(open.parent, open);
      open = this.#open.at(-1);
    }
  }

  #finish(level: Level): void {
    this.settleHeld(level);
    for (const group of level.pending.splice(0)) abandonGroup(level, group);
  }

  settleHeld(level: Level): void {
    const { held } = level;
    if (!held) return;
    level.held = undefined;
    settlePoint(level, held, this.#collector);
  }

  /** Words that a plan or a first result shows to have been none of the results. */
  dropProse(): void {
    const [outermost] = this.#open;
    if (outermost && this.#open.length === 1 && !isEmpty(outermost) && looksLikeProse(outermost)) this.closeStream();
  }

  closeStream(): void {
    const [stream] = this.#open;
    if (!stream) return;
    this.closeDownTo(undefined);
    // What stands before a version line is taken for a time stamp on suspicion: words about TAP are no stream.
    if (isEmpty(stream) && (stream.dialect === 'bare' || this.#speaker === 'log')) return;
    if (looksLikeProse(stream)) {
      stream.isProse = true;
      this.#collector.dropProse(stream);
      return;
    }
    const missing = stream.tally.describeMissing();
    this.#collector.endStream({
      missing: missing === undefined ? [] : [missing],
      problems: describeFaults(stream),
      skipReason: stream.skipReason,
      endedInSkip: stream.endedInSkip,
    });
  }
}

/** One that was announced and said nothing makes room for the next. */
function keepPending(parent: Level, group: Level): void {
  const last = parent.pending.at(-1);
  if (last && isEmpty(last)) parent.pending.pop();
  parent.pending.push(group);
}
