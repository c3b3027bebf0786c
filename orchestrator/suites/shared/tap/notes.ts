import { lastLines } from '../../../model/last-lines.ts';
import type { TapLine } from './line.ts';

const MAX_NOTES = 20;
const MAX_NOTE_CHARS = 500;
const MAX_YAML_LINES = 500;

export interface YamlTaker {
  /** Takes a line of what began like a block and did not end like one. */
  giveBack(line: TapLine, text: string): void;
  /** Takes the words of a block. */
  explain(block: string): void;
}

/**
 * What stands between results. Lines that are no results are kept as the evidence of the next. The words of YAML blocks
 * (TAP 13 and 14) are no results, even if they look so.
 */
export class NotesAndYaml {
  readonly #to: YamlTaker;
  #notes: string[] = [];
  /** The result that a block may follow. */
  #result: TapLine | undefined;
  #yaml: { readonly start: TapLine; readonly lines: { readonly line: TapLine; readonly text: string }[] } | undefined;

  constructor(to: YamlTaker) {
    this.#to = to;
  }

  add(note: string): void {
    this.#result = undefined;
    if (this.#notes.push(note.slice(0, MAX_NOTE_CHARS)) > 2 * MAX_NOTES) this.#notes = this.#notes.slice(-MAX_NOTES);
  }

  /** The notes since the last result. */
  peek(): readonly string[] {
    return this.#notes.length > MAX_NOTES ? this.#notes.slice(-MAX_NOTES) : this.#notes;
  }

  clear(): void {
    if (this.#notes.length > 0) this.#notes = [];
  }

  expectYaml(result: TapLine | undefined): void {
    this.#result = result;
  }

  /** Takes a line if it belongs to a block. */
  takeYaml(line: TapLine, text: string): boolean {
    if (!this.#yaml) {
      const result = this.#result;
      if (!result || line.words !== '---' || line.column <= result.column || line.hashes !== result.hashes)
        return false;
      this.#yaml = { start: line, lines: [{ line, text }] };
      return true;
    }
    const { start, lines } = this.#yaml;
    if (line.hashes < start.hashes || line.column < start.column || lines.length >= MAX_YAML_LINES) {
      this.giveBackYaml();
      return false;
    }
    lines.push({ line, text });
    if (line.words === '...' && line.column === start.column) {
      this.#yaml = undefined;
      this.#result = undefined;
      this.#to.explain(
        lastLines(
          lines
            .slice(1, -1)
            .map(({ text }) => text)
            .join('\n'),
          MAX_NOTES,
          2000,
        ),
      );
    }
    return true;
  }

  /** The end of the output, or a line that no block holds: all of it is read as if no block had begun. */
  giveBackYaml(): void {
    const lines = this.#yaml?.lines ?? [];
    this.#yaml = undefined;
    this.#result = undefined;
    for (const { line, text } of lines) this.#to.giveBack(line, text);
  }
}
