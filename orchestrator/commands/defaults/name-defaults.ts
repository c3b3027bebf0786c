import { formatPosition } from '../../model/errors.ts';
import type { UsedDefault } from '../../model/used-default.ts';

/** What the terminal shows of an error, with the file and line of each flag in it that no one has typed. */
export function nameDefaults(shown: string, defaults: readonly UsedDefault[] = []): string {
  const named = defaults.filter(({ flag }) => new RegExp(`${flag}(?![\\w-])`).test(shown));
  return [
    shown,
    ...named.map(({ flag, text, position }) => `  ${flag} ${text} is from ${formatPosition(position)}`),
  ].join('\n');
}
