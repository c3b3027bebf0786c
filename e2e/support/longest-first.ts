import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Guest files by the time that they take, the longest first, so that none is left to run alone at the end. vitest orders
 * by the size of a file where it has no times of an earlier run, as in a fresh checkout. A file that is not named here
 * comes behind these.
 */
const LONGEST_FIRST = [
  // It builds a kernel for nine minutes where the cache has none.
  'built-kernel.test.ts',
  'xfstests.test.ts',
  'smoke.test.ts',
  // It wants that kernel.
  'selftest.test.ts',
  'resume.test.ts',
  'count-instructions.test.ts',
  'command.test.ts',
  'broken-worlds.test.ts',
  'compare.test.ts',
  'guest-death.test.ts',
];

/** The order of test files. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's method, not an array's.
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST_FIRST.indexOf(basename(moduleId));
  return rank === -1 ? LONGEST_FIRST.length : rank;
}
