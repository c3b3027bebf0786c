import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BOOKWORM } from '../testing/suite-context.ts';
import { readCatalogue } from './read-tree.ts';

function makeTree(files: Readonly<Record<string, string | Buffer>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'xfstests-tree-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ check: '#!/bin/bash\n', ...files })) {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return dir;
}

/** The first bytes of a program for that machine. */
function elf(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.writeUInt16LE(machine, 18);
  return header;
}

const LISTS = {
  'tests/generic/group.list': '001 auto quick\n413 auto dax\n',
  'tests/ext4/group.list': '030 dax\n',
  'tests/Makefile': '',
};
const namesIn = (tree: string): readonly string[] =>
  [...readCatalogue({ at: 'host', path: tree }, BOOKWORM).values()].flat().map(({ name }) => name);

test('the tests of a folder, with the programs of a guest', () => {
  expect(namesIn(makeTree({ ...LISTS, 'ltp/fsstress': elf(62) }))).toEqual(['ext4/030', 'generic/001', 'generic/413']);
});

test.each([
  ['its files at the top', ['.']],
  ['a folder around them', ['--transform=s,^\\.,xfstests-dev,', '.']],
])('the tests of a tarball with %s', (_, words) => {
  const tree = makeTree(LISTS);
  const tarball = join(mkdtempSync(join(tmpdir(), 'xfstests-tar-')), 'tree.tar.gz');
  execFileSync('tar', ['--create', '--gzip', '--file', tarball, '--directory', tree, ...words]);
  expect(namesIn(tarball)).toEqual(['ext4/030', 'generic/001', 'generic/413']);
});

test('the tests of a tree that lies in an image of the user', () => {
  const root = makeTree(
    Object.fromEntries(
      Object.entries({ ...LISTS, check: '' }).map(([path, content]) => [`opt/xfstests/${path}`, content]),
    ),
  );
  const tree = { at: 'image', path: '/opt/xfstests' } as const;
  expect([...readCatalogue(tree, { kind: 'tree', name: 'own', path: root }).keys()]).toEqual(['ext4', 'generic']);
  expect(() => readCatalogue(tree, BOOKWORM)).toThrow('none of these holds xfstests');
});

test.each([
  [
    'was never built',
    { 'tests/generic/001': '' },
    'is not built: tests/generic/group.list, which its build writes, is not there',
  ],
  ['is something else', { README: '' }, 'is no xfstests tree: it has no folder tests'],
  [
    'is built for another architecture',
    { ...LISTS, 'ltp/fsstress': elf(183) },
    'is built for aarch64 (ltp/fsstress), and the guests are x86-64',
  ],
])('a tree that %s is refused', (_, files, why) => expect(() => namesIn(makeTree(files))).toThrow(why));

test('a tarball that is none is refused with the words of tar', () => {
  const file = join(makeTree({ 'a.tar': 'no tar' }), 'a.tar');
  expect(() => namesIn(file)).toThrow(/a\.tar is no xfstests tree: tar says .*tar/);
});
