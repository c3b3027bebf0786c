/** Bytes by which the table is asked; fewer would meet ordinary text too often. */
const BLOCK = 3;
const TABLE_SIZE = 2 ** 16;

/** Finds where any of many words stands, without looking at every byte. */
export interface WordFinder {
  /** Where a word begins in `bytes[from, to)`, -1 if none does. Of several that overlap it may be any. */
  find(bytes: Uint8Array, from: number, to: number): number;
}

interface Candidate {
  readonly word: Uint8Array;
  /** Of the last byte of the block that led here. */
  readonly at: number;
}

/**
 * Wu and Manber's search for many words: a table tells for each block of three bytes how far the next place is at which
 * a word could end. It takes a piece of each word, as long as the shortest word, and of the pieces the one that is rarest in text.
 *
 * @param words ASCII, none shorter than five characters
 */
export function createWordFinder(words: readonly string[]): WordFinder {
  const pieceLength = Math.min(...words.map(({ length }) => length));
  if (pieceLength < BLOCK + 2) throw new Error(`a word to find is too short: ${JSON.stringify(words.find(({ length }) => length === pieceLength))}`);
  const shifts = new Uint8Array(TABLE_SIZE).fill(pieceLength - BLOCK + 1);
  const candidates = new Map<number, Candidate[]>();
  for (const text of words) {
    const word = Buffer.from(text, 'latin1');
    const start = findRarestPiece(text, pieceLength);
    for (let end = BLOCK; end <= pieceLength; end += 1) {
      const hash = hashBlock(word[start + end - 3] ?? 0, word[start + end - 2] ?? 0, word[start + end - 1] ?? 0);
      shifts[hash] = Math.min(shifts[hash] ?? 0, pieceLength - end);
      if (end === pieceLength) candidates.set(hash, [...(candidates.get(hash) ?? []), { word, at: start + end - 1 }]);
    }
  }

  return {
    find(bytes, from, to) {
      let at = from + pieceLength - 1;
      while (at < to) {
        const hash = hashBlock(bytes[at - 2] ?? 0, bytes[at - 1] ?? 0, bytes[at] ?? 0);
        const shift = shifts[hash] ?? 1;
        if (shift > 0) {
          at += shift;
          continue;
        }
        for (const candidate of candidates.get(hash) ?? []) {
          const start = at - candidate.at;
          if (start >= from && start + candidate.word.length <= to && standsAt(bytes, start, candidate.word)) return start;
        }
        at += 1;
      }
      return -1;
    },
  };
}

const hashBlock = (first: number, second: number, third: number): number => ((first << 10) ^ (second << 5) ^ third) & (TABLE_SIZE - 1);

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
