import { cleanLine } from '../../text/clean-text.ts';
import { plural } from '../../text/format.ts';
import { renamed } from '../../verdicts/compare-kernels.ts';
import type { Finding } from './judge-series.ts';
import { withoutFolders } from './reply-facts.ts';
import { trimReport } from './trim-report.ts';
import { wrapText } from './wrap-text.ts';

/** One cause with where it was met, and the words that show it: those stand verbatim, indented by two. */
export function renderFinding({ tests, firstBad, message, evidence }: Finding, kernel: string): readonly string[] {
  const [first] = tests;
  if (!first) return [];
  const cell = renamed(first.cell, kernel, '').replace(/^\//, '');
  const more = tests.length === 1 ? '' : ` (and ${plural(tests.length - 1, 'more test')})`;
  const why = message === undefined ? changeOf(first) : withoutTags(withoutFolders(cleanLine(message)));
  const excerpt = evidence === undefined ? [] : trimReport(withoutTags(withoutFolders(evidence)));
  return [
    ...wrapText(
      `${withoutTags(first.test)} in ${cell}${more}: ${why}${firstBad === undefined ? '' : `. First bad: ${firstBad}`}`,
    ),
    ...(excerpt.length === 0 ? [] : ['', ...excerpt.map((line) => `  ${line}`.trimEnd())]),
  ];
}

function changeOf({ base, now }: Finding['tests'][number]): string {
  return `${base ?? 'absent'} before, ${now ?? 'absent'} now`;
}

/** A tag that a test printed is not a reviewer's: b4 reads them off the beginning of any line, indented or wrapped. */
function withoutTags(text: string): string {
  return text.replaceAll(/\b(\w+(?:-\w+)*-(?:by|to)|Fixes|Closes|Link|Cc):(?=\s)/gi, '$1 :');
}
