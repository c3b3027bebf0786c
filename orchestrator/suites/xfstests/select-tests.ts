import { nearest } from '../../model/nearest.ts';
import { UserError } from '../../model/errors.ts';
import type { FilesystemSpec } from '../../model/matrix.ts';
import type { CatalogueTest } from './group-list.ts';
import { groupsIn, parseGroupExpression } from './group-expression.ts';
import type { Catalogue } from './read-tree.ts';

interface Choice {
  readonly groups: readonly string[];
  readonly tests: readonly string[];
}

/**
 * The tests that `check` would run for these groups and names on such a file system, in its order. A plain group has
 * those of `generic` and of the file system's own folder, `folder/group` those of that folder. Single tests of another
 * file system are left out, since a matrix names tests for all of its file systems at once. (check itself would run
 * `xfs/002` on ext4, and fail it.)
 * @throws UserError for a group or test that the tree does not have
 */
export function selectTests(
  catalogue: Catalogue,
  { groups, tests }: Choice,
  type: FilesystemSpec['type'],
): readonly CatalogueTest[] {
  const all = [...catalogue.values()].flat();
  const own = ownFolders(type);
  const chosen = new Map<string, CatalogueTest>();
  for (const text of groups) {
    const matches = parseGroupExpression(text);
    for (const group of groupsIn(text)) requireGroup(group, catalogue);
    const folders = new Set([
      ...own,
      ...groupsIn(text).flatMap((group) => (group.includes('/') ? [folderOf(group)] : [])),
    ]);
    for (const test of all) {
      const folder = folderOf(test.name);
      const isIn = (group: string): boolean =>
        group.includes('/')
          ? folderOf(group) === folder && test.groups.has(group.slice(folder.length + 1))
          : own.has(folder) && test.groups.has(group);
      if (folders.has(folder) && matches(isIn)) chosen.set(test.name, test);
    }
  }
  for (const name of tests) {
    const test = requireTest(name, all);
    const folder = folderOf(name);
    if (own.has(folder) || FOR_ANY.has(folder)) chosen.set(name, test);
  }
  return [...chosen.values()].toSorted((a, b) => compareNames(a.name, b.name));
}

/** Folders of tests that are no file system's. */
const FOR_ANY: ReadonlySet<string> = new Set(['generic', 'shared', 'perf', 'selftest']);

/** `get_group_list` of xfstests' check: the tests of ext4 are those of ext2 and ext3, too. */
function ownFolders(type: FilesystemSpec['type']): ReadonlySet<string> {
  return new Set(['generic', type === 'ext2' ? 'ext4' : type]);
}

function folderOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

function requireGroup(group: string, catalogue: Catalogue): void {
  const folder = group.includes('/') ? folderOf(group) : undefined;
  const tests = folder === undefined ? [...catalogue.values()].flat() : catalogue.get(folder);
  if (!tests) throw unknown('folder of tests', folder ?? group, [...catalogue.keys()]);
  const name = group.slice(group.indexOf('/') + 1);
  if (!tests.some(({ groups }) => groups.has(name)))
    throw unknown('group', group, [...new Set(tests.flatMap(({ groups }) => [...groups]))]);
}

function requireTest(name: string, all: readonly CatalogueTest[]): CatalogueTest {
  const found = all.find((test) => test.name === name);
  if (!found)
    throw unknown(
      'test',
      name,
      all.map((test) => test.name),
    );
  return found;
}

function unknown(what: string, name: string, names: readonly string[]): UserError {
  const near = nearest(name, names);
  return new UserError(`the xfstests tree has no ${what} ${name}`, {
    code: 'unknown-xfstest',
    remedy: near === undefined ? 'doc/group-names.txt of the tree lists the groups' : `did you mean ${near}?`,
  });
}

/** As `sort` of the names, numbers by value: generic/99 before generic/100. */
function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
