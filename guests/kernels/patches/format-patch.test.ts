import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyPatches } from '../build/apply-patches.ts';
import { readPatches } from './read-patches.ts';
import { readSeries } from './read-series.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-format-'));
const repo = join(dir, 'repo');
const context = { cacheDir: dir, log: () => undefined };
const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: dir,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_COMMITTER_NAME: 'Sue Bmitter',
  GIT_COMMITTER_EMAIL: 'sue@example.org',
};
let trees = 0;

function git(cwd: string, ...words: readonly string[]): string {
  return execFileSync('git', words, { cwd, env: ENV, encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function commit(subject: string, author: string): void {
  git(repo, 'add', '-A');
  git(repo, 'commit', '-qm', subject, `--author=${author}`);
}

const write = (name: string, text: string): void => writeFileSync(join(repo, name), text, 'latin1');
const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}`);

beforeAll(() => {
  mkdirSync(join(repo, 'drivers'), { recursive: true });
  git(repo, 'init', '-q', '--template=');
  write('drivers/a.c', `${LINES.join('\n')}\n`);
  write('drivers/moved.c', `moved\n${LINES.join('\n')}\n`);
  write('latin.c', 's = "f\u00fcr";\n');
  write('query.sql', '-- old comment\nselect 1;\n');
  write('last.c', 'no newline');
  write('run.sh', '#!/bin/sh\n');
  commit('base', 'Pat Doe <pat@example.org>');
  write('drivers/a.c', `${LINES.with(3, 'x = 1;').with(17, '\ttabbed = "=3D";  ').join('\n')}\n`);
  commit(
    'drivers: first\n\nFrom here on it is words, and a diff is none:\n\n    diff --git a/x b/x\n',
    'J\u00c3\u00b6rg M\u00c3\u00bcller <j@example.org>',
  );
  renameSync(join(repo, 'drivers/moved.c'), join(repo, 'drivers/new name.c'));
  write('copy.c', `${LINES.with(3, 'x = 1;').with(17, 'other').join('\n')}\n`);
  write('latin.c', 's = "f\u00fcr \u00df";\n');
  commit('[drivers] second: in brackets', 'Pat Doe <pat@example.org>');
  writeFileSync(join(repo, 'image.bin'), Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7) % 256)));
  chmodSync(join(repo, 'run.sh'), 0o755);
  symlinkSync('a.c', join(repo, 'drivers/link.c'));
  write('query.sql', '++ x;\nselect 1;\n');
  commit('third: re: reads as an answer', 'Pat Doe <pat@example.org>');
  rmSync(join(repo, 'last.c'));
  write('empty.c', '');
  write('drivers/a.c', `${LINES.with(3, 'x = 2;').join('\n')}\nlast`);
  commit(
    'drivers: fourth and last of these patches, whose subject is as long as those that are folded by git into the next line',
    'Re Porter <re@example.org>',
  );
});
afterAll(() => rmSync(dir, { recursive: true }), 60_000);

function newBase(): string {
  const tree = join(dir, `tree-${++trees}`, 'source');
  mkdirSync(tree, { recursive: true });
  execFileSync('sh', ['-c', `git archive HEAD~4 | tar -x -C "${tree}"`], { cwd: repo, env: ENV });
  return tree;
}

function hashTree(tree: string): string {
  git(tree, 'init', '-q', '--template=');
  git(tree, 'add', '-A');
  return git(tree, 'write-tree');
}

const BASIC = ['--cover-letter', '--thread'];

describe('what git format-patch writes gives the tree that it was made of', () => {
  test.each([
    [[]],
    [['--numbered']],
    [['--no-numbered']],
    [['--no-numbered', '--thread']],
    [BASIC],
    [[...BASIC, '--thread=deep', '-v2']],
    [[...BASIC, '-v', '3.1']],
    [[...BASIC, '--attach']],
    [[...BASIC, '--inline']],
    [['--rfc', '-M', '-C']],
    [['--keep-subject']],
    [['--subject-prefix=RFC PATCH net-next']],
    [['--subject-prefix=PATCHv4']],
    [['--no-prefix', '-M']],
    [['--src-prefix=i/', '--dst-prefix=w/']],
    [['--zero-commit', '--signature=']],
    [['--full-index', '-U5', '-p']],
    [['--to=pmem@lists.example.org', '--add-header=X-Made: up', '--from=Sue Bmitter <sue@example.org>']],
  ])('%j', async (flags) => {
    const mbox = join(dir, 'series.mbox');
    writeFileSync(
      mbox,
      `${git(repo, '-c', 'format.signature=2.39', 'format-patch', '--binary', '--stdout', ...flags, 'HEAD~4')}\n`,
      'latin1',
    );
    const { patches } = await readSeries([mbox], context);
    expect(patches).toHaveLength(4);
    const expected = git(repo, 'rev-parse', 'HEAD^{tree}');
    const tree = newBase();
    await applyPatches(
      patches.map(({ subject, diff }) => ({ label: subject, diff })),
      tree,
      context,
    );
    expect(hashTree(tree)).toBe(expected);
    // `--patch` reads the same.
    const other = newBase();
    await applyPatches(await readPatches([mbox], context), other, context);
    expect(hashTree(other)).toBe(expected);
  });

  test.each([[['--numbered']], [[...BASIC, '-v2']]])('in files of their own, %j', async (flags) => {
    const folder = mkdtempSync(join(dir, 'files-'));
    git(repo, 'format-patch', '--binary', '-o', folder, ...flags, 'HEAD~4');
    const { patches } = await readSeries([folder], context);
    const tree = newBase();
    await applyPatches(
      patches.map(({ subject, diff }) => ({ label: subject, diff })),
      tree,
      context,
    );
    expect(hashTree(tree)).toBe(git(repo, 'rev-parse', 'HEAD^{tree}'));
  });
});
