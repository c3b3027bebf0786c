/** `[    1.1] `, `[    1.1][  T12] `, `<6>[    1.1] `, and what dmesg makes of it with -T and -d. */
const STAMP =
  /^(?:<\d{1,3}>)?(?:\[ *\d+\.\d+[^\]]{0,24}\]|\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\])(?:\[[^\]]{1,24}\]){0,3} ?/;
/** Without a time: a level, a caller, or both. */
const LEVEL_OR_CALLER = /^(?:<\d{1,3}>(?:\[ *[TC]\d+\] ?)?|\[ *[TC]\d+\] ?)/;
/** A time in a line that some other program put before it: journalctl, ts, `dmesg -x`. */
const TIME = /^(?!(?:not )?ok\b)[^#"'`]*\d[.:,]\d[^#"'`]*$/;
const VERSION_AT_END = /K?TAP version \d+\s*$/;
/** Forms of prefix that are remembered: a program that makes up more prints no log. */
const MAX_LEARNED = 4;

/** Whose words a line holds. What the kernel logged is a stream of its own, beside what the program printed. */
export type Speaker = 'program' | 'kernel' | 'log';

export interface Unstamped {
  readonly speaker: Speaker;
  readonly text: string;
}

export function stripStampOnly(text: string): string {
  return text.charCodeAt(0) === 0x5b ? text.replace(STAMP, '') : text;
}

/**
 * Takes time stamps off lines. The kernel's are known by their form. Any other counts from a version line on before
 * which it stands, if it holds a time.
 */
export class StampReader {
  readonly #learned: RegExp[] = [];

  strip(line: string): Unstamped {
    const first = line.charCodeAt(0);
    if (first === 0x5b || first === 0x3c) {
      const stamp = STAMP.exec(line) ?? LEVEL_OR_CALLER.exec(line);
      if (stamp) return { speaker: 'kernel', text: line.slice(stamp[0].length) };
    }
    for (const prefix of this.#learned) {
      const match = prefix.exec(line);
      if (match) return { speaker: 'log', text: line.slice(match[0].length) };
    }
    const prefix = line.includes('TAP version ') ? this.#learn(line) : undefined;
    return prefix === undefined
      ? { speaker: 'program', text: line }
      : { speaker: 'log', text: line.slice(prefix.length) };
  }

  #learn(line: string): string | undefined {
    const at = VERSION_AT_END.exec(line)?.index ?? 0;
    const prefix = line.slice(0, at);
    if (at > 100 || !TIME.test(prefix) || this.#learned.length >= MAX_LEARNED) return undefined;
    // Numbers, their width and words such as a level change from line to line; blanks behind the first are the stream's
    // own.
    const [, head = '', blanks = ''] = /^(.*?)(\s*)$/s.exec(prefix) ?? [];
    const form = head.replaceAll(/ *\d+|[A-Za-z]+| +|[^A-Za-z\d ]/g, (part) =>
      /\d/.test(part)
        ? ' *\\d+'
        : /[A-Za-z]/.test(part)
          ? '[A-Za-z]+'
          : part.startsWith(' ')
            ? ' +'
            : escapeForRegExp(part),
    );
    this.#learned.push(new RegExp(`^${form}${blanks.slice(0, 1)}`));
    return prefix.slice(0, head.length + Math.min(1, blanks.length));
  }
}

function escapeForRegExp(char: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}
