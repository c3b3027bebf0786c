import { cleanLine } from '../../text/clean-text.ts';
import type { AttemptSummary } from '../../fold/summary.ts';

/** An attempt at a test of a run. */
export interface AttemptPlace {
  readonly cell: string;
  readonly test: string;
  readonly attempt: number;
}

/** So many lines of a report say what it is of; fewer are a mere head. */
const HEAD_LINES = 10;

/** How much of some evidence is printed. */
export interface Room {
  readonly maxLines: number;
  readonly maxChars: number;
}

type Evidence = Pick<AttemptSummary, 'evidence' | 'splats'>;

/**
 * Remembers which of the kernel's reports the reader has seen already, and below which attempt. A kernel that is broken
 * for all tests says the same in each.
 */
export class PrintedSplats {
  readonly #places = new Map<string, AttemptPlace>();

  /**
   * An attempt's evidence without the reports that were printed before, and where they were. Those in its first
   * `maxLines` lines and `maxChars` characters count as printed with it.
   */
  leaveOut(
    { evidence = '', splats = [] }: Evidence,
    place: AttemptPlace,
    { maxLines, maxChars }: Room,
  ): { readonly text: string; readonly again: readonly string[] } {
    const here: AttemptPlace = { cell: place.cell, test: place.test, attempt: place.attempt };
    const lines = evidence.split('\n');
    const kept: string[] = [];
    const again = new Set<string>();
    let next = 0;
    for (const { signature, from, to } of splats) {
      kept.push(...lines.slice(next, from));
      next = to;
      const printed = this.#places.get(signature);
      if (printed) {
        // How often one attempt met the same, its message says.
        if (printed !== here) again.add(describePlace(printed, here));
        continue;
      }
      const head = [...kept, ...lines.slice(from, Math.min(to, from + HEAD_LINES))];
      if (head.length <= maxLines && head.join('\n').length <= maxChars) this.#places.set(signature, here);
      kept.push(...lines.slice(from, to));
    }
    return { text: [...kept, ...lines.slice(next)].join('\n'), again: [...again] };
  }

  /** Whether there is nothing else in an attempt's evidence. */
  hasAll({ evidence = '', splats = [] }: Evidence): boolean {
    const covered = splats.reduce((sum, { from, to }) => sum + to - from, 0);
    return (
      splats.length > 0 &&
      covered === evidence.split('\n').length &&
      splats.every(({ signature }) => this.#places.has(signature))
    );
  }
}

/** As seen from another attempt. */
function describePlace({ cell, test, attempt }: AttemptPlace, from: AttemptPlace): string {
  if (cell === from.cell && test === from.test) return `attempt ${attempt}`;
  const [which, where] = [
    attempt === 1 ? '' : ` (attempt ${attempt})`,
    cell === from.cell ? '' : ` of ${cleanLine(cell)}`,
  ];
  return `${cleanLine(test)}${which}${where}`;
}
