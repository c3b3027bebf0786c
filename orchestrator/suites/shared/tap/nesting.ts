import { oneLine } from '../../shared/one-line.ts';
import type { Collector } from './collector.ts';
import { readDescription } from './directive.ts';
import { addProblems, isEmpty, type Level, looksLikeProse } from './level.ts';
import type { TapLine, TapWords } from './line.ts';
import { OpenLevels } from './open-levels.ts';
import { MAX_NAME_CHARS } from './outcome.ts';
import { settlePoint } from './settle.ts';
import type { Speaker } from './stamp.ts';

type Result = Extract<TapWords, { kind: 'result' }>;
type Plan = Extract<TapWords, { kind: 'plan' }>;

/**
 * How deep results stand that nest without a version line, plan or `# Subtest:`: TAP's are indented words if they are
 * less so.
 */
const LEAST_INDENT = { tap: 4, bare: 4, ktap: 2 } as const;

/** Puts the lines of one speaker into levels by their indent, and each level's result behind its groups. */
export class Nesting {
  readonly #collector: Collector;
  readonly #speaker: Speaker;
  readonly #open: OpenLevels;

  constructor(collector: Collector, speaker: Speaker) {
    this.#collector = collector;
    this.#speaker = speaker;
    this.#open = new OpenLevels(collector, speaker);
  }

  /** Takes a line that has a meaning in TAP; false if it has none where it stands. */
  take(line: TapLine, words: TapWords, notes: readonly string[]): boolean {
    switch (words.kind) {
      case 'version':
        return this.#takeVersion(line, words.dialect);
      case 'plan':
        return this.#takePlan(line, words);
      case 'result':
        return this.#takeResult(line, words, notes);
      case 'subtest':
        return this.#takeHeader({ ...line, column: line.column - 2, hashes: line.hashes - 1 }, words.name);
      case 'runner':
        this.#announceRun({ ...line, column: line.column - 2, hashes: line.hashes - 1 }, words.name);
        return false;
      case 'bail-out':
        return this.#takeBailOut(line, words.reason);
      case 'pragma':
        return this.#takePragma(line, words.strict);
      case 'block-end':
        return this.#endBlock(line);
      default:
        return words satisfies never;
    }
  }

  /** Takes a line that means nothing in TAP, which a strict stream forbids. */
  takeUnknown(line: string): void {
    const level = this.#open.innermost;
    if (level?.strict === true) addProblems(level, [`strict TAP, yet there is "${line.slice(0, 80)}"`]);
  }

  end(): void {
    this.#open.closeStream();
  }

  #takeVersion(line: TapLine, said: 'tap' | 'ktap'): boolean {
    // The kernel's log holds KTAP, with any version line: KUnit wrote `TAP version 14` until 6.1.
    const dialect = this.#speaker === 'kernel' ? 'ktap' : said;
    this.#open.dropProse();
    const place = this.#open.find(line);
    if (place === null) return false;
    if (!place || (!place.isBelow && place.level.parent === undefined)) {
      this.#open.closeStream();
      this.#open.openLevel(line, undefined, dialect, true);
      return true;
    }
    const { level, isBelow } = place;
    this.#open.closeDownTo(level);
    if (isBelow) return this.#open.openBelow(line, level, dialect, true) !== undefined;
    // A group that ended without its result, or one of several streams of one program.
    this.#open.restart(level, dialect, true);
    return true;
  }

  #takePlan(line: TapLine, { tests, comment }: Plan): boolean {
    const prose = this.#open.outermost;
    // The plan at the end of unnumbered results counts them; otherwise they were words.
    if (prose && (prose.tally.count !== tests || tests === 0 || line.column !== prose.column)) this.#open.dropProse();
    const place = this.#open.find(line);
    if (place === null) return false;
    if (!place) this.#open.closeStream();
    let level = place?.level ?? this.#open.openLevel(line, undefined, 'bare', false);
    if (place?.isBelow === true) {
      if (line.hashes > level.hashes && !level.runnerAnnounced) return false;
      this.#open.closeDownTo(level);
      const below = this.#open.openBelow(line, level, level.dialect, false);
      if (!below) return true;
      level = below;
    } else if (place) {
      this.#open.closeDownTo(level);
      this.#open.settleHeld(level);
      if (level.tally.isComplete && level.tally.count > 0) level = this.#open.restart(level, level.dialect, false);
    }
    const { tally } = level;
    if (tally.planned !== undefined) {
      if (!level.problems.includes('more than one plan')) addProblems(level, ['more than one plan']);
      return true;
    }
    if (tests > 0 && /^skip/i.test(comment)) addProblems(level, [`the plan says ${comment}`]);
    tally.planned = tests;
    tally.endsWithPlan = tally.count > 0;
    if (tests === 0) level.skipReason = comment.replace(/^skip\S*\s*/i, '') || 'no reason given';
    return true;
  }

  #takeResult(line: TapLine, result: Result, notes: readonly string[]): boolean {
    if (result.number === 1) this.#open.dropProse();
    const place = this.#open.find(line);
    if (place === null) return false;
    const isFormal = result.number !== undefined || result.dashed;
    let level: Level;
    if (!place) {
      const outer = this.#takeOver(line, isFormal);
      if (!outer) return false;
      level = outer;
    } else if (place.isBelow) {
      const below = this.#openForResult(line, place.level, result);
      if (!below) return below === null;
      level = below;
    } else {
      level = place.level;
      // Results of KTAP have numbers: what has none beside those that have is the word "ok" in somebody's log.
      if (level.dialect === 'ktap' && !isFormal && level.formalResults > 0) return false;
      this.#open.closeDownTo(level);
      this.#open.settleHeld(level);
      if (level.tally.endsWithPlan && level.tally.isComplete && result.number === 1)
        level = this.#open.restart(level, level.dialect, false);
    }
    if (isFormal) level.formalResults += 1;
    const point = {
      ok: result.ok,
      number: result.number,
      description: readDescription(result.description, result.ok),
      notes,
    };
    if (point.description.opensBlock) level.held = point;
    else {
      settlePoint(level, point, this.#collector);
      // Nothing can nest what stands at the left margin.
      if (level.parent === undefined && line.column === 0 && !looksLikeProse(level)) this.#collector.settle(level);
    }
    return true;
  }

  /**
   * A level outside of all that is open. What is nested deeper was the group of its first result: the head of the
   * output is lost.
   */
  #takeOver(line: TapLine, isFormal: boolean): Level | undefined {
    const inner = this.#open.outermost;
    if (!inner) return this.#open.openLevel(line, undefined, 'bare', false);
    if (looksLikeProse(inner)) this.#open.closeStream();
    else if (!isFormal) return undefined;
    else this.#open.closeDownTo(undefined);
    const outer = this.#open.openLevel(line, undefined, 'bare', false);
    if (!looksLikeProse(inner)) this.#open.adopt(outer, [inner]);
    return outer;
  }

  /**
   * A level below `level` for a result that no version line, plan or header announced; `null` if it is too deep to be
   * kept.
   */
  #openForResult(line: TapLine, level: Level, result: Result): Level | undefined | null {
    if (line.hashes > level.hashes) return undefined;
    const top = this.#open.innermost;
    const closesGroup = top !== level && top !== undefined && top.column > line.column && !isEmpty(top);
    const isAnnounced = level.nextHeader !== undefined || level.held !== undefined || closesGroup;
    if (!isAnnounced && (result.number !== 1 || line.column - level.column < LEAST_INDENT[level.dialect]))
      return undefined;
    this.#open.closeDownTo(level);
    const below = this.#open.openBelow(line, level, level.dialect, false);
    if (!below) {
      this.#collector.leaveOut(!result.ok);
      return null;
    }
    this.#open.adopt(
      below,
      level.pending
        .splice(0)
        .flatMap((group) => (group.column > line.column ? [group] : (level.pending.push(group), []))),
    );
    return below;
  }

  #takeHeader(line: TapLine, text: string): boolean {
    const name = oneLine(text, MAX_NAME_CHARS);
    this.#open.dropProse();
    const place = this.#open.find(line);
    if (place === null) return false;
    if (!place) {
      this.#open.closeStream();
      const level = this.#open.openLevel(line, undefined, 'bare', false);
      if (line.column > 0) level.header = name;
      else level.nextHeader = name;
      return true;
    }
    const { level, isBelow } = place;
    if (isBelow && line.hashes > level.hashes) return false;
    this.#open.closeDownTo(level);
    if (!isBelow) {
      this.#open.settleHeld(level);
      // KUnit names a group in its second line; TAP 14 names the next one.
      if (level.parent && level.dialect !== 'tap' && level.header === undefined && isEmpty(level)) level.header = name;
      else level.nextHeader = name;
      return true;
    }
    // KUnit of 6.1 and older: a header inside the group, no version line, under `TAP version 14`. Neither need have a
    // plan.
    for (let at: Level | undefined = level; at; at = at.parent) if (at.dialect === 'tap') at.dialect = 'ktap';
    const below = this.#open.openBelow(line, level, level.dialect, false);
    if (below) below.header = name;
    return true;
  }

  #announceRun(line: TapLine, name: string): void {
    const place = this.#open.find(line);
    if (!place || place.isBelow) return;
    place.level.runnerAnnounced = true;
    place.level.nextHeader = oneLine(name, MAX_NAME_CHARS);
  }

  #takeBailOut(line: TapLine, reason: string): boolean {
    const place = this.#open.find(line);
    if (place === null || (place?.isBelow === true && line.hashes > place.level.hashes)) return false;
    if (!place) this.#open.closeStream();
    let level = place?.level ?? this.#open.openLevel(line, undefined, 'bare', false);
    this.#open.closeDownTo(level);
    this.#open.settleHeld(level);
    if (place?.isBelow === true) level = this.#open.openBelow(line, level, level.dialect, false) ?? level;
    level.bailOut ??= `Bail out! ${reason}`.trim();
    return true;
  }

  #takePragma(line: TapLine, strict: boolean): boolean {
    const place = this.#open.find(line);
    if (!place || place.isBelow || place.level.dialect === 'ktap') return false;
    place.level.strict = strict;
    return true;
  }

  #endBlock(line: TapLine): boolean {
    const place = this.#open.find(line);
    if (!place || place.isBelow || !place.level.held) return false;
    this.#open.closeDownTo(place.level);
    this.#open.settleHeld(place.level);
    return true;
  }
}
