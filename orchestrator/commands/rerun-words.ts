import { quoteWord } from '../model/quote-word.ts';

/** The user's own words behind `pmemrig`, with room for a filter before the `--` that ends the flags: see the event `run-start`. */
export function rerunWords(words: readonly string[]): string {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return ['pmemrig', ...words.slice(0, end).map(quoteWord), '{filter}', ...words.slice(end).map(quoteWord)].join(' ');
}
