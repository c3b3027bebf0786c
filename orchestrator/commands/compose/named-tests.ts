/** A test as xfstests itself calls it. */
const XFSTEST = /^[a-z0-9]+\/\d{3}[A-Za-z0-9-]*$/;
const SUITES = ['fio', 'lockdep', 'selftest', 'xfstests'] as const;

/**
 * What `--test` of a one-shot run says: tests for xfstests to run, and expressions that narrow the plan, see
 * `narrowTests`.
 */
export interface NamedTests {
  /** `generic/413`. */
  readonly xfstests: readonly string[];
  readonly narrow: readonly string[];
}

/**
 * Reads `--test`: `generic/413` is one of xfstests, which then need not be named by `--suite`; anything else is a test
 * of some suite, or a glob over tests.
 */
export function readNamedTests(words: readonly string[] = []): NamedTests {
  const xfstests = words.filter(isXfstest);
  return { xfstests, narrow: words.filter((word) => !isXfstest(word)) };
}

export function isXfstest(word: string): boolean {
  return XFSTEST.test(word) && !SUITES.some((suite) => word.startsWith(`${suite}/`));
}

/** The suites that expressions name: `fio/dax-*` speaks of fio. */
export function suitesOf(expressions: readonly string[]): readonly string[] {
  return SUITES.filter((suite) => expressions.some((expression) => expression.startsWith(`${suite}/`)));
}

/** The tests of xfstests among them that are named in full. */
export function xfstestsIn(expressions: readonly string[]): readonly string[] {
  return expressions.flatMap((expression) =>
    expression.startsWith('xfstests/') && XFSTEST.test(expression.slice('xfstests/'.length))
      ? [expression.slice('xfstests/'.length)]
      : [],
  );
}
