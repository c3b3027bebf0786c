/** One line of `strace -f -y -ttt -T`, as far as it matters for flushes. Times are in ms. */
export type TraceLine =
  | { readonly what: 'begin'; readonly thread: number; readonly atMs: number; readonly path: string }
  | { readonly what: 'end'; readonly thread: number; readonly end: FlushEnd }
  | {
      readonly what: 'whole';
      readonly thread: number;
      readonly atMs: number;
      readonly path: string;
      readonly end: FlushEnd;
    }
  /** The tracer let go of a call that is under way; or the thread ended in it. */
  | { readonly what: 'cut'; readonly thread: number }
  | { readonly what: 'stopped'; readonly thread: number }
  | { readonly what: 'exit'; readonly thread: number }
  /** A signal, or the end of a line that was begun before. */
  | { readonly what: 'other' };

export interface FlushEnd {
  /** `ok`, or the errno's name. */
  readonly result: string;
  readonly injected: boolean;
  /** From begin to end, the rig's delay included. */
  readonly durationMs: number;
}

const LINE = /^(\d+) +(\d+\.\d+) (.+)$/;
const CALL = /^(?:fsync|fdatasync)\(\d+<((?:[^\\<>]|\\.)*)>(.*)$/;
const RESUMED = /^<\.\.\. (?:fsync|fdatasync) resumed>(.*)$/;
const RETURNED =
  /^\) += (0|-1 (E[A-Z0-9]+) \([^)]*\)|-1 \(errno (\d+)\))((?: \((?:INJECTED|DELAYED)\))*) <(\d+\.\d+)>$/;
const CUT = /^(?:(?: <unfinished \.\.\.>)?\) += \?.*| <detached \.\.\.>)$/;

/** Throws on a line in an unknown form: it may hide a flush. */
export function parseTraceLine(line: string): TraceLine {
  const [, pid, seconds, rest = ''] = LINE.exec(line) ?? [];
  if (pid === undefined || seconds === undefined) throw unreadable(line);
  const thread = Number(pid);
  const atMs = Number(seconds) * 1000;
  if (rest.startsWith('--- stopped by ')) return { what: 'stopped', thread };
  if (rest.startsWith('--- ')) return { what: 'other' };
  if (rest.startsWith('+++ ')) return { what: 'exit', thread };
  const [, path, afterPath] = CALL.exec(rest) ?? [];
  if (path !== undefined && afterPath !== undefined) {
    if (afterPath === ' <unfinished ...>') return { what: 'begin', thread, atMs, path: unescape(path) };
    const end = parseEnd(afterPath);
    if (end) return { what: 'whole', thread, atMs, path: unescape(path), end };
    // Whether it ends before or after the tracer lets go, its begin has been seen.
    if (CUT.test(afterPath)) return { what: 'begin', thread, atMs, path: unescape(path) };
    throw unreadable(line);
  }
  const [, afterResumed] = RESUMED.exec(rest) ?? [];
  const end = afterResumed === undefined ? undefined : parseEnd(afterResumed);
  if (end) return { what: 'end', thread, end };
  if (afterResumed !== undefined && CUT.test(afterResumed)) return { what: 'cut', thread };
  throw unreadable(line);
}

function parseEnd(text: string): FlushEnd | undefined {
  const [, value, name, number, marks = '', seconds] = RETURNED.exec(text) ?? [];
  if (value === undefined) return undefined;
  const result = value === '0' ? 'ok' : (name ?? `errno ${number}`);
  return { result, injected: marks !== '', durationMs: Number(seconds) * 1000 };
}

/** strace writes a path as C does a string: `\303\274`, `\"`, `\74`. */
function unescape(path: string): string {
  if (!path.includes('\\')) return path;
  const bytes: Buffer[] = [];
  for (const [part] of path.matchAll(/\\[0-7]{1,3}|\\.|[^\\]+/g)) {
    if (!part.startsWith('\\')) bytes.push(Buffer.from(part));
    else if (/^\\[0-7]/.test(part)) bytes.push(Buffer.from([Number.parseInt(part.slice(1), 8)]));
    else bytes.push(Buffer.from(LETTERS[part.slice(1)] ?? part.slice(1)));
  }
  return Buffer.concat(bytes).toString();
}

const LETTERS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

function unreadable(line: string): Error {
  return new Error(`strace's line cannot be read: ${line.slice(0, 300)}`);
}
