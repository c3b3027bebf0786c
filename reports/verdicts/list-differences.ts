import { plural } from '../text/format.ts';
import type { KernelDifferences, PatchedWarning } from './kernel-differences.ts';

const MAX_LISTED = 20;

/** Under a title of its own, line by line. */
export interface DifferenceList {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What two kernels differ in beside their tests, for every report; empty where nothing does. */
export function listDifferences({
  warnings,
  lockClasses,
  brokenBetween = [],
  base,
  now,
}: KernelDifferences): readonly DifferenceList[] {
  const lists: DifferenceList[] = [
    {
      title: 'broken on the way, whole again with the last patch',
      lines: brokenBetween.map(
        ({ cell, test, patch, message }) =>
          `${test} in ${cell}: broken by ${patch}${message === undefined ? '' : `: ${message}`}`,
      ),
    },
    { title: 'new compiler warnings', lines: warnings?.fresh.map(describeWarning) ?? [] },
    { title: 'compiler warnings that are gone', lines: warnings?.gone.map(describeWarning) ?? [] },
    {
      title: `lock classes that ${now} alone met, of ${plural(lockClasses?.cells ?? 0, 'cell')} compared`,
      lines: lockClasses?.fresh ?? [],
    },
    { title: `lock classes that ${base} alone met`, lines: lockClasses?.gone ?? [] },
  ];
  return lists
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => ({
      title: `${title} (${lines.length})`,
      lines: lines.length > MAX_LISTED ? [...lines.slice(0, MAX_LISTED), `… ${lines.length - MAX_LISTED} more`] : lines,
    }));
}

function describeWarning({ file, line, text, patch }: PatchedWarning): string {
  return `${file}:${line}: ${text}${patch === undefined ? '' : `, by ${patch}`}`;
}
