import { oneLine } from '../../shared/one-line.ts';
import { MAX_NAME_CHARS } from './outcome.ts';

/** Reports know tests by their names. Whatever shortens or cleans a name comes before this. */
export class UniqueNames {
  /** Names that are taken, with the last number that was tried behind them. */
  readonly #taken = new Map<string, number>();

  /** Gives the name itself, or with a number behind it if it is taken. */
  take(wanted: string): string {
    const base = oneLine(wanted, MAX_NAME_CHARS) || 'unnamed';
    let name = base;
    for (let count = (this.#taken.get(base) ?? 0) + 1; this.#taken.has(name); count += 1) {
      name = `${base} (${count})`;
      this.#taken.set(base, count);
    }
    this.#taken.set(name, 1);
    return name;
  }
}
