import { quoteWord } from '../../model/quote-word.ts';
import type { ExecuteOptions } from './execute-options.ts';
import type { UsedDefault } from '../../model/used-default.ts';
import { isOwnTest } from '../compose/named-tests.ts';
import { isMatrix } from '../compose/series-files.ts';

/**
 * The user's own words behind `pmemrig`, with room for what chooses cells and tests before the `--` that ends the
 * flags: see the event `run-start`. Earlier flags of that kind are left out, since new ones would only add to them. So
 * are flags for a whole run alone. What files of defaults said is written out: the line is good where they do not lie.
 */
export function rerunWords(words: readonly string[], defaults: readonly UsedDefault[] = []): string {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return [
    'pmemrig',
    ...withoutChoice(words.slice(0, end)).map(quoteWord),
    ...defaults.flatMap(({ flag, text }) => [flag, quoteWord(text)]),
    '{filter}',
    ...words.slice(end).map(quoteWord),
  ].join(' ');
}

/**
 * The same for a run of a matrix: with how often tests are run and where the run lies, where that was said. What judges
 * or publishes a whole run is left out.
 */
export function rerunMatrix(
  path: string,
  { retries = 0, repeat = 1, runs }: Pick<ExecuteOptions, 'retries' | 'repeat' | 'runs'>,
): string {
  return [
    `pmemrig run ${quoteWord(path)}`,
    ...(retries > 0 ? [`--retries ${retries}`] : []),
    ...(repeat > 1 ? [`--repeat ${repeat}`] : []),
    ...(runs === undefined ? [] : [`--runs ${quoteWord(runs)}`]),
    '{filter}',
  ].join(' ');
}

function withoutChoice(words: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const [, flag, glued] = /^--(filter|test)(?:=(.*))?$/s.exec(word) ?? [];
    const value = glued ?? words[index + 1] ?? '';
    if (flag === 'filter' || (flag === 'test' && !isOwnTest(value))) {
      if (glued === undefined) index += 1;
    } else if (word === '--mail') {
      // The answer of some tests must not take the place of that of all. Its file is the next word that looks neither
      // like a flag nor like a matrix.
      const file = words[index + 1];
      if (file !== undefined && !isMatrix(file) && !/^-./.test(file)) index += 1;
    } else if (word.startsWith('--mail=')) {
      const file = word.slice('--mail='.length);
      if (isMatrix(file)) kept.push(file);
    } else if (word !== '--watch') {
      kept.push(word);
    }
  }
  return kept;
}
