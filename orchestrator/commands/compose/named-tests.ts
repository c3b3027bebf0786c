import type { OnceTests } from '../../model/suite-in-once.ts';
import type { Suite } from '../../model/suite.ts';
import { ALL_SUITES } from '../../suites/registry.ts';

/** The suites that a `--test` expression chooses by their names: `fio/dax-*` speaks of fio. */
const IMPLIED = ALL_SUITES.filter(({ once }) => !once?.isNeverImplied);

/**
 * Whether a word of `--test` is a test as its suite itself calls it, which then need not be named by `--suite`:
 * `generic/413` of xfstests. Any other is a test of some suite, or a glob over tests.
 */
export function isOwnTest(word: string): boolean {
  return ALL_SUITES.some((suite) => owns(suite, word));
}

function owns({ once }: Suite, word: string): boolean {
  return once?.ownsTest?.(word) === true && !IMPLIED.some(({ kind }) => word.startsWith(`${kind}/`));
}

/** The words of `--test` that narrow the plan, see `narrowTests`: those that no suite takes as its own. */
export function narrowingTests(words: readonly string[] = []): readonly string[] {
  return words.filter((word) => !isOwnTest(word));
}

/** What the words of `--test` say to one suite. */
export function testsOf(suite: Suite, words: readonly string[] = []): OnceTests {
  const prefix = `${suite.kind}/`;
  return {
    alone: words.filter((word) => owns(suite, word)),
    prefixed: words.filter((word) => word.startsWith(prefix)).map((word) => word.slice(prefix.length)),
  };
}

/** The suites that expressions name: `fio/dax-*` speaks of fio. */
export function suitesOf(expressions: readonly string[]): readonly string[] {
  return IMPLIED.map(({ kind }) => kind).filter((kind) =>
    expressions.some((expression) => expression.startsWith(`${kind}/`)),
  );
}
