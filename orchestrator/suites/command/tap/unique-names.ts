import { oneLine } from '../../shared/one-line.ts';
import { MAX_NAME_CHARS } from './outcome.ts';
import type { TapSubtest } from './report.ts';

/** Reports know tests by their names. Whatever shortens or cleans a name comes before this. */
export function nameUniquely(subtests: Iterable<TapSubtest>): readonly TapSubtest[] {
  /** Names that are taken, with the last number that was tried behind them. */
  const taken = new Map<string, number>();
  return Array.from(subtests, (subtest) => {
    const base = oneLine(subtest.name, MAX_NAME_CHARS) || 'unnamed';
    let name = base;
    for (let count = (taken.get(base) ?? 0) + 1; taken.has(name); count += 1) {
      name = `${base} (${count})`;
      taken.set(base, count);
    }
    taken.set(name, 1);
    return name === subtest.name ? subtest : { ...subtest, name };
  });
}
