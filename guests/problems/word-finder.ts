/** Bytes by which the table is asked; fewer would meet ordinary text too often. */
const BLOCK = 3;
const TABLE_SIZE = 2 ** 16;

/** Finds where any of many words stands, without looking at every byte. */
export interface WordFinder {
  /** Where a word begins in `bytes[from, to)`, -1 if none does. Of several that overlap it may be any. */
  find(bytes: Uint8Array, from: number, to: number): number;
  /** Which words stand in `bytes[from, to)`, by their places in the list that it was made of. */
  list(bytes: Uint8Array, from: number, to: number): readonly number[];
}

interface Candidate {
  readonly word: Uint8Array;
  readonly index: number;
  /** Place of the last byte of the block that led here. */
  readonly at: number;
}

/**
 * Wu and Manber's search for many words. A table has for each block of three bytes how far the next place is at which a
 * word could end. It takes a piece of each word, as long as the shortest word, and chooses the piece that is rarest in
 * text.
 *
 * @param words ASCII, none shorter than five characters
 */
export function createWordFinder(words: readonly string[]): WordFinder {
  const pieceLength = Math.min(...words.map(({ length }) => length));
  if (pieceLength < BLOCK + 2)
    throw new Error(
      `a word to find is too short: ${JSON.stringify(words.find(({ length }) => length === pieceLength))}`,
    );
  const shifts = new Uint8Array(TABLE_SIZE).fill(pieceLength - BLOCK + 1);
  const candidates = Array.from<unknown, readonly Candidate[]>({ length: TABLE_SIZE }, () => NO_CANDIDATES);
  /** By a word's place in the list, of the last byte of the block that leads to it. */
  const offsets: number[] = [];
  for (const [index, text] of words.entries()) {
    const word = Buffer.from(text, 'latin1');
    const start = findRarestPiece(text, pieceLength);
    for (let end = BLOCK; end <= pieceLength; end += 1) {
      const hash = hashBlock(word[start + end - 3] ?? 0, word[start + end - 2] ?? 0, word[start + end - 1] ?? 0);
      shifts[hash] = Math.min(shifts[hash] ?? 0, pieceLength - end);
      offsets[index] = start + pieceLength - 1;
      if (end === pieceLength) candidates[hash] = [...(candidates[hash] ?? []), { word, index, at: start + end - 1 }];
    }
  }

  /** The place in the list of the word whose last block of three ends at `at`, -1 if there is none. */
  const matchAt = (bytes: Uint8Array, at: number, from: number, to: number, known: readonly number[]): number => {
    for (const { word, index, at: offset } of candidates[hashAt(bytes, at)] ?? NO_CANDIDATES) {
      const start = at - offset;
      if (start >= from && start + word.length <= to && !known.includes(index) && standsAt(bytes, start, word))
        return index;
    }
    return -1;
  };
  const shiftAt = (bytes: Uint8Array, at: number): number => shifts[hashAt(bytes, at)] ?? 1;
  return {
    find(bytes, from, to) {
      let at = from + pieceLength - 1;
      while (at < to) {
        const shift = shiftAt(bytes, at);
        if (shift > 0) {
          at += shift;
          continue;
        }
        const index = matchAt(bytes, at, from, to, NONE);
        if (index !== -1) return at - (offsets[index] ?? 0);
        at += 1;
      }
      return -1;
    },
    list(bytes, from, to) {
      let found: number[] | undefined;
      for (let at = from + pieceLength - 1; at < to;) {
        const shift = shiftAt(bytes, at);
        at += shift;
        if (shift > 0) continue;
        for (
          let index = matchAt(bytes, at, from, to, found ?? NONE);
          index !== -1;
          index = matchAt(bytes, at, from, to, found)
        )
          found = [...(found ?? []), index];
        at += 1;
      }
      return found ?? NONE;
    },
  };
}

const NONE: readonly number[] = [];
const NO_CANDIDATES: readonly Candidate[] = [];

function hashAt(bytes: Uint8Array, at: number): number {
  return hashBlock(bytes[at - 2] ?? 0, bytes[at - 1] ?? 0, bytes[at] ?? 0);
}

const hashBlock = (first: number, second: number, third: number): number =>
  ((first << 10) ^ (second << 5) ^ third) & (TABLE_SIZE - 1);

function standsAt(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index += 1) if (bytes[start + index] !== word[index]) return false;
  return true;
}

/** Small letters and spaces are what text is made of: the fewer of them the last block has, the rarer it is. */
function findRarestPiece(word: string, length: number): number {
  let best = 0;
  let bestScore = -1;
  for (let start = 0; start + length <= word.length; start += 1) {
    const score = word.slice(start + length - BLOCK, start + length).replaceAll(/[a-z ]/g, '').length;
    if (score > bestScore) [best, bestScore] = [start, score];
  }
  return best;
}
