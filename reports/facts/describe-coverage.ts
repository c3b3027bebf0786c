import type { Coverage, CoverageGroup, CoverageShare } from './coverage-groups.ts';
import { plural } from '../text/format.ts';

/** The whole list, beside the other reports. */
export const COVERAGE_FILE = 'coverage.csv';

/** `skip: no reflink`; several are joined. */
export function describeWhy({ why }: Pick<CoverageGroup, 'why'>, maxLength = 300): string {
  const text = why.map(({ outcome, reason }) => `${outcome}: ${reason}`).join('; ');
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}

/** One line for what ran nowhere and one for what ran on some legs only; none for nothing. */
export function summarizeCoverage({ tests, nowhere, partly }: Coverage): readonly string[] {
  return [
    summarizeShare(nowhere, `of ${plural(tests, 'test')} ran nowhere`),
    summarizeShare(partly, `of ${plural(tests, 'test')} ran on some legs only`),
  ].filter((line) => line !== '');
}

function summarizeShare({ tests, groups: [first, ...others] }: CoverageShare, what: string): string {
  if (!first) return '';
  const why = `(${describeWhy(first, 200)})`;
  if (others.length === 0)
    return `${tests} ${what}${tests <= FEW ? `: ${nameTests(first.tests)}` : ', all for the same reason'} ${why}`;
  if (first.tests.length === 1)
    return `${tests} ${what}, for ${others.length + 1} reasons, as ${nameTests(first.tests)} ${why}`;
  return `${tests} ${what}, ${first.tests.length} of them for the same reason ${why}`;
}

/** Tests that a line names; more are counted. */
const FEW = 3;

/**
 * The tests by name, those of one folder together as a glob: `xfstests/generic/{019,034}`, and what did not fit as a
 * count.
 * @param maxLength characters, about
 */
export function nameTests(tests: readonly string[], maxLength = 1500): string {
  const folders = new Map<string, { readonly folder: string; readonly leaves: string[] }>();
  let length = 0;
  let named = 0;
  for (const test of tests) {
    const folder = folderOf(test);
    const key = folder ?? test;
    const known = folders.get(key);
    const leaf = test.slice(folder?.length ?? 0);
    length += (known ? leaf : test).length + 2;
    if (length > maxLength && named > 0) break;
    if (known) known.leaves.push(leaf);
    else folders.set(key, { folder: folder ?? '', leaves: [leaf] });
    named++;
  }
  const names = Array.from(
    folders.values(),
    ({ folder, leaves }) => `${folder}${leaves.length === 1 ? leaves.join('') : `{${leaves.join(',')}}`}`,
  );
  return `${names.join(', ')}${named < tests.length ? `, and ${tests.length - named} more` : ''}`;
}

/** With its slash; none for a name that is words or holds a glob's own signs, which stands alone. */
function folderOf(test: string): string | undefined {
  return /^(.*\/)[\w.-]+$/.exec(test)?.[1];
}

/**
 * `nvdimm/ext4-dax, virtio-pmem/ext4-dax (97 of 106)`: a number where not all the group's tests are meant, those with
 * most first.
 */
export function nameLegs(
  legs: ReadonlyMap<string, number>,
  { tests }: Pick<CoverageGroup, 'tests'>,
  maxLegs = 8,
): string {
  const ordered = [...legs].toSorted(([, a], [, b]) => b - a);
  const names = ordered.map(([leg, count]) => (count === tests.length ? leg : `${leg} (${count} of ${tests.length})`));
  return `${names.slice(0, maxLegs).join(', ')}${names.length > maxLegs ? `, and ${names.length - maxLegs} more` : ''}`;
}

/** What a share shows: so many groups, and of the rest how many there are. */
export function boundGroups(
  { groups }: CoverageShare,
  maxGroups: number,
): { readonly shown: readonly CoverageGroup[]; readonly more: string } {
  const rest = groups.length - maxGroups;
  return {
    shown: groups.slice(0, maxGroups),
    more: rest <= 0 ? '' : `… and for ${plural(rest, 'other reason')}, see ${COVERAGE_FILE}`,
  };
}
