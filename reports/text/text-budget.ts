import { plural } from './format.ts';

/**
 * In UTF-16 units. What a dashboard shows of one test; Jenkins itself keeps 100,000 of a failed test's output and 1,000
 * of a passed one's.
 */
const MAX_PER_TEXT = 16 * 2 ** 10;
/** For a whole file: GitLab and Jenkins hold one in memory. */
const MAX_PER_FILE = 16 * 2 ** 20;
/** What each text still gets once the file's share is used up. */
const EXCERPT = 200;

/**
 * Keeps the free text of one report file small enough for those who read it; what is cut names the file that has it
 * whole.
 */
export class TextBudget {
  #left: number;

  constructor(maxPerFile: number = MAX_PER_FILE) {
    this.#left = maxPerFile;
  }

  /** @param whole path of the file that holds all of it, relative to the run folder */
  take(text: string, whole: string): string {
    const kept = cutMiddle(text, this.#left > 0 ? MAX_PER_TEXT : EXCERPT, whole);
    this.#left -= kept.length;
    return kept;
  }

  /** A list's lines, as many as fit. */
  takeLines(lines: readonly string[], whole: string): readonly string[] {
    let left = this.#left > 0 ? MAX_PER_TEXT : EXCERPT;
    const kept = lines.filter((line) => (left -= line.length + 1) >= 0);
    this.#left -= kept.reduce((sum, line) => sum + line.length, 0);
    return kept.length === lines.length
      ? kept
      : [...kept, `[… ${plural(lines.length - kept.length, 'line')} left out here, whole in ${whole} …]`];
  }
}

/** The first words say what it was and the last what came of it: the middle goes. */
function cutMiddle(text: string, max: number, whole: string): string {
  if (text.length <= max) return text;
  const half = Math.floor(max / 2);
  return (
    `${text.slice(0, half)}\n` +
    `[… ${text.length - 2 * half} characters left out here, whole in ${whole} …]\n` +
    text.slice(-half)
  );
}

/** A sentence for an attribute. */
export function shorten(line: string, max = 500): string {
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}
