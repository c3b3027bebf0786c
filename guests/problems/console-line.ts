/** A line of the console, or the part of one that a printk wrote. */
export interface ConsoleText {
  /** With its stamp. */
  readonly raw: string;
  /** Without stamp and caller. */
  readonly text: string;
  /** Seconds since boot; absent where the line has no stamp. */
  readonly timeSec?: number;
  /** `T123` or `C1`. */
  readonly caller?: string;
}

/** `<4>[   12.345678][  T123] `, all but the time optional. */
const STAMP = /^(?:<\d+>)?\[[ \t]*(\d+\.\d+) ?\](?: ?\[ *([TC]\d+) ?\])? ?/;
/** What Samsung's, MediaTek's and Unisoc's kernels tell of the caller: `[3:  swapper/0:    1] `, `(7)[1:swapper/0]`, `c1  2345 `. */
const VENDOR_CALLER = /^ ?(?:\[\d{1,2}: *[^\]]{1,20}: *(?<samsung>\d+)\] |\(\d{1,2}\)\[(?<mediatek>\d+):[^\]]{1,20}\]|c\d{1,2} +(?<unisoc>\d+) )/;
const MAY_BE_VENDOR = /^ ?[[(c]/;
/** PRINTK_CALLER without PRINTK_TIME. */
const CALLER_ONLY = /^(?:<\d+>)?\[ *([TC]\d+)\] /;
/** The prompt of a console that waits for a login, and is written over. */
const PROMPT = /^[\w.-]+ login: (?=\S)/;
/** A stamp in the midst of a line: something without a line end was printed before. printk gives microseconds. */
const INNER_STAMP = /(?<=.)(?:<\d+>)?\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? ?/g;
/** Cheaper than INNER_STAMP: it passes over the first character, at which a line's own stamp begins. */
const INNER_STAMP_AHEAD = /^.[^[]*\[(?:[^[]*\[)*? *\d+\.\d{6}\]/;
/** What syslog, journalctl and dmesg put before the kernel's line: `Jan  1 00:00:00 host kernel: `, `[Thu Jan  1 00:00:00 1970] `, `kern  :warn  : `, and /dev/kmsg's `4,100,5000000,-;`. */
const COLLECTED = new RegExp(
  String.raw`^(?:<\d+>)?(?:(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) (?:\S+ )?kernel(?:\[\d+\])?: ?` +
    String.raw`|\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] |\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d+[+-]\d\d:?\d\d |(?:kern|user|daemon) *:[a-z]+ *: |\d+,\d+,\d+,[-c+](?:,[\w=]+)*;)`,
);
/** A syslog daemon that repeats the kernel's lines on the console: they were there before. */
const SYSLOG_ECHO = /\bkernel: ?(?:\[ *\d*)?$/i;
// oxlint-disable-next-line no-control-regex -- the escape character is what it removes
const ANSI = /\u001b(?:\[[\d;?]*[ -/]*[@-~]|[()][AB0]|[@-Z\\-_])/g;
// oxlint-disable-next-line no-control-regex -- control bytes are what it removes
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
// oxlint-disable-next-line no-control-regex -- see above
const UNCLEAN = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/**
 * Splits what stands between two line feeds into what was printed by itself: at carriage returns and at inner stamps.
 *
 * @param stamped the kernel's own lines have stamps: what a daemon collected of them was there before
 */
export function readConsoleLine(line: string, stamped = false): ConsoleText[] {
  const printable = UNCLEAN.test(line) ? line.replaceAll(ANSI, '').replaceAll(CONTROL, '') : line;
  const clean = stamped ? printable : printable.replace(COLLECTED, '');
  if (!clean.includes('\r')) return splitAtStamps(clean);
  const parts = clean.split('\r').filter((part) => part !== '');
  return parts.length === 0 ? splitAtStamps('') : parts.flatMap(splitAtStamps);
}

function splitAtStamps(line: string): ConsoleText[] {
  // Nearly every line is one.
  if (!INNER_STAMP_AHEAD.test(line)) return [readStamp(line)];
  const parts: ConsoleText[] = [];
  let from = 0;
  for (const { index } of line.matchAll(INNER_STAMP)) {
    const head = line.slice(from, index);
    if (SYSLOG_ECHO.test(head)) return parts;
    parts.push(readStamp(head));
    from = index;
  }
  parts.push(readStamp(line.slice(from)));
  return parts;
}

function readStamp(raw: string): ConsoleText {
  const stamp = STAMP.exec(raw);
  if (stamp !== null) {
    const [whole, time, caller] = stamp;
    const text = raw.slice(whole.length);
    const vendor = caller === undefined && MAY_BE_VENDOR.test(text) ? VENDOR_CALLER.exec(text) : null;
    if (vendor !== null) {
      const { samsung, mediatek, unisoc } = vendor.groups ?? {};
      return { raw, text: text.slice(vendor[0].length), timeSec: Number(time), caller: `T${samsung ?? mediatek ?? unisoc ?? ''}` };
    }
    return { raw, text, timeSec: Number(time), ...(caller !== undefined && { caller }) };
  }
  const callerOnly = CALLER_ONLY.exec(raw);
  if (callerOnly !== null) return { raw, text: raw.slice(callerOnly[0].length), ...(callerOnly[1] !== undefined && { caller: callerOnly[1] }) };
  return { raw, text: raw.replace(PROMPT, '') };
}
