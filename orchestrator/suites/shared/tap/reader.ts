import { stripVTControlCharacters } from 'node:util';
import { Collector } from './collector.ts';
import { readLine, readWords, saysNotOk, type TapLine } from './line.ts';
import { Nesting } from './nesting.ts';
import { NotesAndYaml } from './notes.ts';
import type { TapReport } from './report.ts';
import { type Speaker, StampReader } from './stamp.ts';

const LINE_FEED = 0x0a;
const MAX_LINE_BYTES = 64 * 1024;

/**
 * Reads TAP 12 to 14 and KTAP wherever they stand in an output, as it comes. Memory is bounded by what is kept, not by
 * the output's length. Only a line feed ends a line.
 */
export class TapReader {
  readonly #collector = new Collector();
  readonly #stamps = new StampReader();
  readonly #speakers = new Map<Speaker, SpeakerReader>();
  #rest: Buffer[] = [];
  #restBytes = 0;

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
      if (this.#restBytes === 0) this.#takeBytes(bytes, from, end);
      else this.#endLine(bytes.subarray(from, end));
      from = end + 1;
    }
    if (from < bytes.length) this.#keepRest(bytes.subarray(from));
  }

  end(): TapReport {
    if (this.#restBytes > 0) this.#endLine(Buffer.alloc(0));
    for (const speaker of this.#speakers.values()) speaker.end();
    return this.#collector.finish();
  }

  #keepRest(bytes: Buffer): void {
    const room = MAX_LINE_BYTES + 1 - this.#restBytes;
    if (room <= 0) return;
    // A copy: the chunk's memory may be used again.
    const kept = Buffer.from(bytes.subarray(0, room));
    this.#rest.push(kept);
    this.#restBytes += kept.length;
  }

  #endLine(last: Buffer): void {
    const line = Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    this.#restBytes = 0;
    this.#takeBytes(line, 0, line.length);
  }

  #takeBytes(bytes: Buffer, from: number, end: number): void {
    const isCut = end - from > MAX_LINE_BYTES;
    let text = bytes.toString('utf8', from, isCut ? from + MAX_LINE_BYTES : end);
    if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    if (text.includes('\u001B')) text = stripVTControlCharacters(text);
    this.#takeLine(text, isCut);
  }

  #takeLine(whole: string, isCut: boolean): void {
    const { speaker, text } = this.#stamps.strip(whole);
    let reader = this.#speakers.get(speaker);
    if (!reader) this.#speakers.set(speaker, (reader = new SpeakerReader(this.#collector, speaker)));
    reader.take(text, isCut);
  }
}

/** Reads the lines of one speaker. */
class SpeakerReader {
  readonly #collector: Collector;
  readonly #nesting: Nesting;
  readonly #notes: NotesAndYaml;

  constructor(collector: Collector, speaker: Speaker) {
    this.#collector = collector;
    this.#nesting = new Nesting(collector, speaker);
    this.#notes = new NotesAndYaml({
      giveBack: (line, text) => this.#takeOne(line, text, false),
      explain: (block) => collector.explainLast(block),
    });
  }

  take(text: string, isCut: boolean): void {
    const line = readLine(text);
    if (line.words === '' || line.words === '#' || this.#notes.takeYaml(line, text)) return;
    this.#takeOne(line, text, isCut);
  }

  end(): void {
    this.#notes.giveBackYaml();
    this.#nesting.end();
  }

  #takeOne(line: TapLine, text: string, isCut: boolean): void {
    const words = readWords(line);
    if (this.#collector.isFull) {
      if (words?.kind === 'result') this.#collector.leaveOut(!words.ok);
      return;
    }
    const isTaken =
      words !== undefined && this.#nesting.take(line, words, words.kind === 'result' ? this.#notes.peek() : []);
    if (isTaken) {
      if (words.kind === 'result') this.#notes.clear();
      this.#notes.expectYaml(words.kind === 'result' ? line : undefined);
      if (isCut && words.kind === 'result') this.#collector.addCutLine();
      return;
    }
    if (words?.kind === 'result' || saysNotOk(line.words)) this.#collector.addStray(text, saysNotOk(line.words));
    if (line.hashes === 0 && !line.words.startsWith('#')) this.#nesting.takeUnknown(text.trim());
    this.#notes.add(text.trim());
  }
}

/** Reads the results in a whole output: TAP 12 to 14, and KTAP as KUnit and kselftest print it. */
export function parseTap(stdout: string): TapReport {
  const reader = new TapReader();
  reader.push(Buffer.from(stdout));
  return reader.end();
}
