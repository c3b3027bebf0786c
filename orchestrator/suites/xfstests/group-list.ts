/** One test of a tree and the groups it is in. */
export interface CatalogueTest {
  /** `generic/413`. */
  readonly name: string;
  readonly groups: ReadonlySet<string>;
}

/** Names that `check` takes for tests (common/test_names of xfstests): three digits, and perhaps more behind them. */
const LINE = /^(\d{3}-?[A-Za-z0-9-]*)((?:\s+[\w-]+)*)\s*$/;

/**
 * The tests of one folder from its `group.list`, each once, in its order. A line that names a test twice adds to its
 * groups.
 */
export function parseGroupList(folder: string, text: string): readonly CatalogueTest[] {
  const tests = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const match = LINE.exec(line.replace(/#.*/, ''));
    if (!match?.[1]) continue;
    const groups = tests.get(match[1]) ?? new Set();
    for (const group of (match[2] ?? '').split(/\s+/).filter((word) => word !== '')) groups.add(group);
    tests.set(match[1], groups);
  }
  return [...tests].map(([name, groups]) => ({ name: `${folder}/${name}`, groups }));
}
