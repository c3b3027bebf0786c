import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

// oxlint-disable-next-line no-control-regex -- control bytes are what it removes
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Turns chunks of bytes into lines: UTF-8, CR LF or lone CR, no ANSI sequences, no control bytes but tabs. */
export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** Hands out what stands after the last line end. */
  end(): void;
}

/** @param maxLineChars a line that never ends is cut here, so that memory stays bounded */
export function createLineSplitter(onLine: (line: string) => void, { maxLineChars = 16 * 1024 } = {}): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let pending = '';

  const emit = (text: string) => {
    const clean = stripVTControlCharacters(text);
    // A lone CR rewrites the line on a terminal; in a log each version is worth a line.
    const parts = clean.split('\r').filter((part) => part !== '');
    for (const part of parts.length === 0 ? [''] : parts) onLine(part.replaceAll(CONTROL_CHARACTERS, ''));
  };
  const take = (text: string) => {
    const [first = '', ...rest] = text.split('\n');
    pending += first;
    for (const next of rest) {
      emit(pending);
      pending = next;
    }
    while (pending.length > maxLineChars) {
      emit(pending.slice(0, maxLineChars));
      pending = pending.slice(maxLineChars);
    }
  };
  return {
    push: (chunk) => take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end: () => {
      take(decoder.end());
      if (pending !== '') emit(pending);
      pending = '';
    },
  };
}
