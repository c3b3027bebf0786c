import { quoteWord } from '../model/quote-word.ts';
import { isXfstest } from './named-tests.ts';

/**
 * The user's own words behind `pmemrig`, with room for what chooses cells and tests before the `--` that ends the flags: see the event `run-start`.
 * What chose some of them before is left out: further such flags would only add to it.
 */
export function rerunWords(words: readonly string[]): string {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return ['pmemrig', ...withoutChoice(words.slice(0, end)).map(quoteWord), '{filter}', ...words.slice(end).map(quoteWord)].join(' ');
}

function withoutChoice(words: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const [, flag, glued] = /^--(filter|test)(?:=(.*))?$/s.exec(word) ?? [];
    const value = glued ?? words[index + 1] ?? '';
    if (flag === 'filter' || (flag === 'test' && !isXfstest(value))) {
      if (glued === undefined) index += 1;
    } else if (word !== '--watch') {
      kept.push(word);
    }
  }
  return kept;
}
