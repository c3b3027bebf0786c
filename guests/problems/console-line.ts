/** A line of the console, or the part of one that a printk wrote. */
export interface ConsoleText {
  /** With its stamp. */
  readonly raw: string;
  /** Without stamp and caller. */
  readonly text: string;
  /** Seconds since boot; undefined where the line has no stamp. */
  readonly timeSec: number | undefined;
  /** `T123` or `C1`; undefined without CONFIG_PRINTK_CALLER. */
  readonly caller: string | undefined;
  readonly shape: TextShape;
}

/**
 * What a text is known to be:
 * - `frame`: a frame of a stack trace and nothing else, ` pmem_submit_bio+0x2f1/0x320 [nd_pmem]`.
 * - `filler`: registers and what else stands in a report and says nothing of it, `RAX: 0000000000000000 RBX: …`,
 *   `Modules linked in: …`.
 * - `any`: still to be found out.
 */
export type TextShape = 'frame' | 'filler' | 'any';

/** `<4>[   12.345678][  T123] `, all but the time optional. */
const STAMP = /^(?:<\d+>)?\[[ \t]*(\d+\.\d+) ?\](?: ?\[ *([TC]\d+) ?\])? ?/;
/**
 * What Samsung's, MediaTek's and Unisoc's kernels print of the caller: `[3: swapper/0: 1] `, `(7)[1:swapper/0]`, `c1
 * 2345 `.
 */
const VENDOR_CALLER =
  /^ ?(?:\[\d{1,2}: *[^\]]{1,20}: *(?<samsung>\d+)\] |\(\d{1,2}\)\[(?<mediatek>\d+):[^\]]{1,20}\]|c\d{1,2} +(?<unisoc>\d+) )/;
const MAY_BE_VENDOR = /^ ?[[(c]/;
/** PRINTK_CALLER without PRINTK_TIME. */
const CALLER_ONLY = /^(?:<\d+>)?\[ *([TC]\d+)\] /;
/** The prompt of a console that waits for a login, and is written over. */
const PROMPT = /^[\w.-]+ login: (?=\S)/;
/** A stamp in the midst of a line: something without a line end was printed before. printk gives microseconds. */
const INNER_STAMP = /(?<!^(?:<\d+>)?)(?:<\d+>)?\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? ?/g;
/** Cheaper than INNER_STAMP: it passes over the first character, at which a line's own stamp begins. */
const INNER_STAMP_AHEAD = /^.[^[]*\[(?:[^[]*\[)*? *\d+\.\d{6}\]/s;
const OPENING_BRACKET = 0x5b;
const LESS_THAN = 0x3c;
const DATE = String.raw`[A-Z][a-z]{2} [ \d]\d`;
const CLOCK = String.raw`\d\d:\d\d:\d\d`;
/** What syslog, journalctl, dmesg -T, -x, -d, -e and --time-format=iso and /dev/kmsg put before the kernel's line. */
const COLLECTED = new RegExp(
  [
    String.raw`^(?:<\d+>)?(?:(?:${DATE} ${CLOCK}(?:\.\d+)?|\d{4}-\d\d-\d\d[T ]${CLOCK}(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) (?:\S+ )?kernel(?:\[\d+\])?: ?`,
    String.raw`\[[A-Z][a-z]{2} ${DATE} ${CLOCK} \d{4}\] `,
    String.raw`\[(?:${DATE} \d\d:\d\d| *\+\d+\.\d+| *(?:\d+\.\d+ )?< *\d+\.\d+>)\] `,
    String.raw`\d{4}-\d\d-\d\dT${CLOCK},\d+[+-]\d\d:?\d\d `,
    String.raw`(?:kern|user|daemon) *:[a-z]+ *: `,
    String.raw`\d+,\d+,\d+,[-c+](?:,[\w=]+)*;)`,
  ].join('|'),
);
/** What every collected line has: cheaper to look for. */
const MAY_BE_COLLECTED = /^(?:<\d+>)?(?:[A-Zkud\d]|\[(?:[A-Z]| *[+<]| *\d+\.\d+ <))/;
/** A syslog daemon that repeats the kernel's lines on the console: they were there before. */
const SYSLOG_ECHO = /\bkernel: ?(?:\[ *\d*)?$/i;
// oxlint-disable-next-line no-control-regex -- the escape character is what it removes
const ANSI = /\u001b(?:\[[\d;?]*[ -/]*[@-~]|[()][AB0]|[@-Z\\-_])/g;
// oxlint-disable-next-line no-control-regex -- control bytes are what it removes
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
// oxlint-disable-next-line no-control-regex -- see above
const UNCLEAN = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/**
 * Splits what stands between two line feeds into what was printed by itself: at inner stamps, then at carriage returns.
 * The stamps come first: what a program left unfinished before one, such as half an escape sequence, must not take the
 * stamp with it.
 *
 * @param stamped the kernel's own lines have stamps: what a program collected of them without stamps was there before,
 * and is left out
 */
export function readConsoleLine(line: string, stamped = false): ConsoleText[] {
  const isCollected = MAY_BE_COLLECTED.test(line) && COLLECTED.test(line) && readOwnStamp(line) === undefined;
  const parts = splitAtStamps(isCollected && !stamped ? line.replace(COLLECTED, '') : line).flatMap(splitAtReturns);
  return isCollected && stamped && parts.length === 1 ? [] : parts;
}

function splitAtStamps(line: string): string[] {
  // Nearly every line is one.
  if (!INNER_STAMP_AHEAD.test(line)) return [line];
  const parts: string[] = [];
  let from = 0;
  for (const { index } of line.matchAll(INNER_STAMP)) {
    const head = line.slice(from, index);
    if (SYSLOG_ECHO.test(head)) return parts;
    parts.push(head);
    from = index;
  }
  return [...parts, line.slice(from)];
}

/** Without control bytes; a part of nothing else is left out, unless there is no other. */
function splitAtReturns(part: string, _index: number, { length }: readonly string[]): ConsoleText[] {
  const clean = UNCLEAN.test(part) ? part.replaceAll(ANSI, '').replaceAll(CONTROL, '') : part;
  const texts = clean.split('\r').filter((text) => text !== '');
  return texts.length === 0 ? (length === 1 ? [readStamp('')] : []) : texts.map(readStamp);
}

function readStamp(raw: string): ConsoleText {
  const own = readOwnStamp(raw);
  if (own !== undefined) return own;
  const callerOnly = CALLER_ONLY.exec(raw);
  if (callerOnly !== null)
    return { raw, text: raw.slice(callerOnly[0].length), timeSec: undefined, caller: callerOnly[1], shape: 'any' };
  return { raw, text: raw.replace(PROMPT, ''), timeSec: undefined, caller: undefined, shape: 'any' };
}

/** Undefined if the line does not begin with a stamp. */
function readOwnStamp(raw: string): ConsoleText | undefined {
  const first = raw.charCodeAt(0);
  if (first !== OPENING_BRACKET && first !== LESS_THAN) return undefined;
  const stamp = STAMP.exec(raw);
  if (stamp === null) return undefined;
  const [whole, time, caller] = stamp;
  const text = raw.slice(whole.length);
  const vendor = caller === undefined && MAY_BE_VENDOR.test(text) ? VENDOR_CALLER.exec(text) : null;
  if (vendor === null) return { raw, text, timeSec: Number(time), caller, shape: 'any' };
  const { samsung, mediatek, unisoc } = vendor.groups ?? {};
  return {
    raw,
    text: text.slice(vendor[0].length),
    timeSec: Number(time),
    caller: `T${samsung ?? mediatek ?? unisoc ?? ''}`,
    shape: 'any',
  };
}
