import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { changedFiles } from './order-series.ts';
import { hasDiff } from './split-mails.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-diff-'));
afterAll(() => rmSync(dir, { recursive: true }));
const git = (...words: readonly string[]): Buffer =>
  execFileSync('git', words, {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', HOME: dir, GIT_CONFIG_NOSYSTEM: '1' },
  });

const LINES = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join('');
git('init', '-q');
mkdirSync(join(dir, 'drivers/nvdimm'), { recursive: true });
for (const name of [
  'drivers/nvdimm/pmem.c',
  'drivers/nvdimm/old name.c',
  'drivers/nvdimm/copied.c',
  'mode.sh',
  'gone.c',
  'sql.c',
  'für.c',
  'moved.c',
])
  writeFileSync(join(dir, name), `${name}\n${LINES}-- old comment\n`);
writeFileSync(join(dir, 'image.bin'), Buffer.from([0, 1, 2, 3]));
git('add', '-A');
writeFileSync(join(dir, 'drivers/nvdimm/pmem.c'), `changed\n${LINES}-- old comment\n`);
renameSync(join(dir, 'drivers/nvdimm/old name.c'), join(dir, 'drivers/nvdimm/new name.c'));
renameSync(join(dir, 'moved.c'), join(dir, 'drivers/moved.c'));
writeFileSync(join(dir, 'drivers/moved.c'), `other\n${LINES}-- old comment\n`);
writeFileSync(join(dir, 'copy.c'), `drivers/nvdimm/copied.c\n${LINES}-- old comment\nmore\n`);
chmodSync(join(dir, 'mode.sh'), 0o755);
rmSync(join(dir, 'gone.c'));
writeFileSync(join(dir, 'sql.c'), `sql.c\n${LINES}++ x;\n--- y\n+++ y\n`);
writeFileSync(join(dir, 'für.c'), 'für\n');
writeFileSync(join(dir, 'empty.c'), '');
writeFileSync(join(dir, 'image.bin'), Buffer.from([0, 9, 9, 9]));
git('add', '-AN');

const RENAMES = ['-M', '-C', '-C', '--find-copies-harder'];

describe('the files that a diff changes are those that git says', () => {
  test.each([
    ['as it is', []],
    ['with renames and copies', RENAMES],
    ['with binaries', ['--binary', ...RENAMES]],
    ['with diff.mnemonicPrefix', ['-c', 'diff.mnemonicPrefix=true']],
    ['with diff.noprefix', ['-c', 'diff.noprefix=true', ...RENAMES]],
    ['with other prefixes', ['--src-prefix=old/', '--dst-prefix=new/', ...RENAMES]],
    ['with names as they are', ['-c', 'core.quotePath=false', ...RENAMES]],
    ['without context', ['-U0', ...RENAMES]],
  ])('%s', (_, words) => {
    const [config, flags] = words[0] === '-c' ? [words.slice(0, 2), words.slice(2)] : [[], words];
    const status = git('diff', '--name-status', '-z', ...flags)
      .toString('utf8')
      .split('\0');
    const expected: string[] = [];
    for (let index = 0; index < status.length - 1;) {
      const [kind = '', name = '', other = ''] = status.slice(index, index + 3);
      // A copied file stays as it is.
      expected.push(...(kind.startsWith('R') ? [name, other] : kind.startsWith('C') ? [other] : [name]));
      index += /^[RC]/.test(kind) ? 3 : 2;
    }
    expect([...changedFiles(git(...config, 'diff', ...flags).toString('latin1'))].toSorted()).toEqual(
      [...new Set(expected)].toSorted(),
    );
  });
});

test('a diff of two folders has the names below them', () => {
  expect(
    changedFiles(
      '--- linux.orig/fs/dax.c\t2030-01-02 03:04:05\n+++ linux/fs/dax.c\t2030-01-02 03:04:06\n@@ -1 +1 @@\n-a\n+b\n',
    ),
  ).toEqual(['fs/dax.c']);
});

test('words behind the last hunk are none of it', () => {
  expect(
    changedFiles('--- a/f.c\n+++ b/f.c\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n-- \n2.39.5\n\n--- a/g.c\nwords\n+++ b/g.c\n'),
  ).toEqual(['f.c']);
});

test.each([
  '--- before ---\n12 MB/s\n',
  '--- before\n+++ after\nwords\n',
  'see diff --git a/x b/x\n',
  'diff --git a/x b/x\nwords\n',
  '---\n f.c | 2 +-\n',
  '-- \n2.39.5\n',
  '@@ -1 +1 @@\n-a\n+b\n',
])('no diff is in %j', (text) => {
  expect(hasDiff(text)).toBe(false);
});
