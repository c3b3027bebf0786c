import { ConsoleChunk } from './console-chunk.ts';
import type { ConsoleText, TextShape } from './console-line.ts';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DOLLAR = 0x24;
const OPENING_PARENTHESIS = 0x28;
const CLOSING_PARENTHESIS = 0x29;
const PLUS = 0x2b;
const DASH = 0x2d;
const POINT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LESS_THAN = 0x3c;
const QUESTION = 0x3f;
const UPPER_A = 0x41;
const CPU = 0x43;
const TASK = 0x54;
const UPPER_Z = 0x5a;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const UNDERSCORE = 0x5f;
const LOWER_A = 0x61;
const LOWER_C = 0x63;
const LOWER_F = 0x66;
const LOWER_X = 0x78;
const LOWER_Z = 0x7a;
const DELETE = 0x7f;
const MICROSECOND_DIGITS = 6;
const REGISTER_DIGITS = 4;
/** Longer lines are cut before they are read. */
const MAX_BYTES = 16 * 1024;

/**
 * A line as the kernel prints nearly all: a time, maybe a caller, and a text without control characters and without
 * another's stamp in it. A console that is full of reports has millions of them. So they are read as bytes, and become
 * text only where somebody asks. The one object stands for line after line: whoever keeps a line copies it.
 */
export class PlainLine implements ConsoleText {
  timeSec: number | undefined;
  caller: string | undefined;
  shape: TextShape = 'any';
  chunk = new ConsoleChunk(Buffer.alloc(0));
  /** Where the line begins in the chunk, its text begins, it ends, and the next line begins. */
  from = 0;
  textFrom = 0;
  end = 0;
  next = 0;
  #text: string | undefined;

  /** Whether it may begin a report, by what it begins with itself. */
  get mayBegin(): boolean {
    if (this.shape !== 'any') return false;
    const { bytes } = this.chunk;
    const first = bytes[this.textFrom];
    for (const begin of QUIET_BYTES) if (begin[0] === first && standsAt(bytes, this.textFrom, begin)) return false;
    return true;
  }

  get raw(): string {
    return this.chunk.look(this.from, this.end);
  }

  get text(): string {
    this.#text ??= this.chunk.look(this.textFrom, this.end);
    return this.#text;
  }

  /**
   * Reads the line that begins at `from`, and says whether it is such a one.
   *
   * @param to where the chunk ends, and with it the line if it has no line feed
   */
  read(chunk: ConsoleChunk, from: number, to: number): boolean {
    const { bytes } = chunk;
    const at = this.#readStamp(bytes, from);
    if (at === -1 || at > to) return false;
    const frameEnd = findFrameEnd(bytes, at, to);
    const fillerEnd = frameEnd === -1 ? findFillerEnd(bytes, at, to) : -1;
    const end = Math.max(frameEnd, fillerEnd);
    this.shape = frameEnd === -1 ? (fillerEnd === -1 ? 'any' : 'filler') : 'frame';
    this.end = end === -1 ? findPlainEnd(bytes, at, to) : end;
    if (this.end === -1 || this.end - from > MAX_BYTES) return false;
    this.chunk = chunk;
    this.from = from;
    this.textFrom = at;
    this.next = skipLineEnd(bytes, this.end, to);
    this.#text = undefined;
    return true;
  }

  /** Reads a line of a run: all is known of it but for its stamp. */
  readOfRun(chunk: ConsoleChunk, from: number, next: number, shape: TextShape): void {
    const { bytes } = chunk;
    this.textFrom = this.#readStamp(bytes, from);
    this.shape = shape;
    this.chunk = chunk;
    this.from = from;
    this.next = next;
    this.end = next - 1;
    while (bytes[this.end - 1] === CARRIAGE_RETURN) this.end -= 1;
    this.#text = undefined;
  }

  /** Time and caller. Where the text begins, -1 if the line is another kind. */
  #readStamp(bytes: Buffer, from: number): number {
    if (bytes[from] !== OPENING_BRACKET) return -1;
    let at = skipSpaces(bytes, from + 1);
    const seconds = at;
    let microseconds = 0;
    for (; isDigit(bytes[at]); at += 1) microseconds = microseconds * 10 + (bytes[at] ?? 0) - ZERO;
    if (at === seconds || bytes[at] !== POINT) return -1;
    at += 1;
    const fraction = at;
    for (; isDigit(bytes[at]); at += 1) microseconds = microseconds * 10 + (bytes[at] ?? 0) - ZERO;
    if (at - fraction !== MICROSECOND_DIGITS || bytes[at] !== CLOSING_BRACKET) return -1;
    this.timeSec = microseconds / 1e6;
    return this.#readCaller(bytes, at + 1);
  }

  /** Where the text begins, -1 if the line is another kind. */
  #readCaller(bytes: Buffer, from: number): number {
    let at = from;
    this.caller = undefined;
    if (bytes[at] === OPENING_BRACKET) {
      at = skipSpaces(bytes, at + 1);
      const kind = bytes[at];
      if (kind !== TASK && kind !== CPU) return -1;
      at += 1;
      const digits = at;
      let number = 0;
      for (; isDigit(bytes[at]); at += 1) number = number * 10 + (bytes[at] ?? 0) - ZERO;
      if (at === digits || bytes[at] !== CLOSING_BRACKET) return -1;
      at += 1;
      this.caller = nameCaller(kind === TASK, number);
    }
    if (bytes[at] === SPACE) at += 1;
    return this.caller === undefined && mayBeVendorCaller(bytes, at) ? -1 : at;
  }
}

/**
 * What dmesg prints of the caller begins so, and what Samsung's, MediaTek's and Unisoc's kernels do; an address does
 * not.
 */
function mayBeVendorCaller(bytes: Buffer, from: number): boolean {
  const at = bytes[from] === SPACE ? from + 1 : from;
  const first = bytes[at];
  if (first === OPENING_BRACKET) return bytes[at + 1] !== LESS_THAN;
  return (first === OPENING_PARENTHESIS || first === LOWER_C) && isDigit(bytes[at + 1]);
}

/** Where a line ends that is one frame, -1 if it is not. */
function findFrameEnd(bytes: Buffer, from: number, to: number): number {
  if (bytes[from] !== SPACE) return -1;
  let at = skipSpaces(bytes, from);
  if (bytes[at] === QUESTION && bytes[at + 1] === SPACE) at += 2;
  const name = at;
  while (isOfName(bytes[at])) at += 1;
  if (at === name || bytes[at] !== PLUS) return -1;
  at = skipHex(bytes, at + 1);
  if (at === -1 || bytes[at] !== SLASH) return -1;
  at = skipHex(bytes, at + 1);
  if (at === -1) return -1;
  if (bytes[at] === SPACE && bytes[at + 1] === OPENING_BRACKET) {
    at += 2;
    while (isOfModule(bytes[at])) at += 1;
    if (bytes[at] !== CLOSING_BRACKET) return -1;
    at += 1;
  }
  return at <= to && isLineEnd(bytes, at, to) ? at : -1;
}

/** A line that begins so is part of a report, and does not begin one. */
const QUIET_BYTES = ['RIP: ', 'Code: ', 'CPU: ', 'Call Trace:', ' <TASK>', '---[ end trace'].map((begin) =>
  Buffer.from(begin),
);

/** What a filler begins with, but for registers. */
export const FILLERS: readonly string[] = [
  '#PF: ',
  'PGD ',
  'Hardware name: ',
  'Modules linked in:',
  'FS:  ',
  ' </TASK>',
  ' </IRQ>',
];
const FILLER_BYTES = FILLERS.map((filler) => Buffer.from(filler));

/** Where a line ends that is a filler, -1 if it is another. */
function findFillerEnd(bytes: Buffer, from: number, to: number): number {
  const first = bytes[from];
  for (const filler of FILLER_BYTES)
    if (filler[0] === first && standsAt(bytes, from, filler))
      return findEnd(bytes, from + filler.length, to, isOfFiller);
  let at = from;
  while (isUpper(bytes[at]) || (at > from && isDigit(bytes[at]))) at += 1;
  if (at - from < 2 || at - from > 4 || bytes[at] !== COLON) return -1;
  at = skipSpaces(bytes, at + 1);
  const value = at;
  while (isHex(bytes[at])) at += 1;
  return at - value < REGISTER_DIGITS ? -1 : findEnd(bytes, at, to, isOfRegisters);
}

function standsAt(bytes: Buffer, from: number, word: Buffer): boolean {
  for (let at = 0; at < word.length; at += 1) if (bytes[from + at] !== word[at]) return false;
  return true;
}

/** Where a line ends of which all the rest are such bytes, -1 if there are others. */
function findEnd(bytes: Buffer, from: number, to: number, isOfRest: (byte?: number) => boolean): number {
  let at = from;
  while (at < to && isOfRest(bytes[at])) at += 1;
  return isLineEnd(bytes, at, to) ? at : -1;
}

/** Where a line ends that has no control character and no stamp, -1 if it has one. */
function findPlainEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  for (; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < SPACE && byte !== TAB) return isLineEnd(bytes, at, to) ? at : -1;
    if (
      byte === DELETE ||
      (byte === CLOSING_BRACKET && isDigit(bytes[at - 1]) && bytes[at - 1 - MICROSECOND_DIGITS] === POINT)
    )
      return -1;
  }
  return at;
}

function isLineEnd(bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at < to && bytes[at] === CARRIAGE_RETURN) at += 1;
  return at >= to || bytes[at] === LINE_FEED;
}

function skipLineEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] === CARRIAGE_RETURN) at += 1;
  return at + 1;
}

function skipSpaces(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === SPACE) at += 1;
  return at;
}

/** Behind `0x2f1`, -1 if there is none. */
function skipHex(bytes: Buffer, from: number): number {
  if (bytes[from] !== ZERO || bytes[from + 1] !== LOWER_X) return -1;
  let at = from + 2;
  while (isHex(bytes[at])) at += 1;
  return at === from + 2 ? -1 : at;
}

const isDigit = (byte = 0): boolean => byte >= ZERO && byte <= NINE;
const isHex = (byte = 0): boolean => isDigit(byte) || (byte >= LOWER_A && byte <= LOWER_F);
const isUpper = (byte = 0): boolean => byte >= UPPER_A && byte <= UPPER_Z;
const isLetter = (byte = 0): boolean => isUpper(byte) || (byte >= LOWER_A && byte <= LOWER_Z);
const isOfName = (byte = 0): boolean =>
  isLetter(byte) || isDigit(byte) || byte === UNDERSCORE || byte === POINT || byte === DOLLAR;
const isOfModule = (byte = 0): boolean =>
  isLetter(byte) || isDigit(byte) || byte === UNDERSCORE || byte === DASH || byte === SPACE;
/** `EFLAGS: 00000202`, `FS:  00007f1a2b3c4d00(0000)`. */
const isOfRegisters = (byte = 0): boolean =>
  isHex(byte) ||
  isUpper(byte) ||
  byte === SPACE ||
  byte === COLON ||
  byte === OPENING_PARENTHESIS ||
  byte === CLOSING_PARENTHESIS;
/** Any that is printed, but for the bracket that a stamp ends with. */
const isOfFiller = (byte = 0): boolean => byte >= SPACE && byte < DELETE && byte !== CLOSING_BRACKET;

/** So many callers' names are kept. */
const MAX_CALLERS = 1000;
const taskNames = new Map<number, string>();
const cpuNames = new Map<number, string>();

/** `T123` or `C1`, the same string each time. */
function nameCaller(isTask: boolean, number: number): string {
  const names = isTask ? taskNames : cpuNames;
  const known = names.get(number);
  if (known !== undefined) return known;
  if (names.size >= MAX_CALLERS) names.clear();
  const name = `${isTask ? 'T' : 'C'}${number}`;
  names.set(number, name);
  return name;
}
