import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../orchestrator/model/package-root.ts';
import { applyPatches } from '../build/apply-patches.ts';
import { readSeries } from './read-series.ts';
import { MAIL_SHAPES, type MailShape } from './testing/mail-shapes.ts';
import { BASE_TREE } from './testing/make-mails.ts';

/**
 * The series of each mailbox against what `git am` makes of what `b4 am` picks. b4's picks are recorded, by version, so
 * that the test runs without b4. Where b4 is installed, this records those of its version: `PMEMRIG_RECORD_B4=1 npx
 * vitest run --project unit guests/kernels/patches/b4.test.ts`
 */
const RECORD = join(PACKAGE_ROOT, 'guests', 'kernels', 'patches', 'testdata', 'b4-picks.json');

/** By mailbox the tree that `git am` leaves; absent where b4 says that the series is not whole, or git refuses it. */
type Picks = Readonly<Record<string, { readonly tree?: string; readonly words?: string }>>;

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-b4-'));
afterAll(() => rmSync(dir, { recursive: true }), 60_000);
const context = { cacheDir: dir, log: () => undefined };
const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: dir,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};
let trees = 0;

function run(cwd: string, program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { cwd, env: ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function newTree(): string {
  const tree = join(dir, `tree-${++trees}`, 'source');
  mkdirSync(tree, { recursive: true });
  for (const [name, text] of Object.entries(BASE_TREE)) writeFileSync(join(tree, name), text);
  return tree;
}

function hashObject(kind: string, bytes: Buffer): Buffer {
  return createHash('sha1').update(`${kind} ${bytes.length}\0`).update(bytes).digest();
}

/** As git names a tree of files alone. */
function hashTree(tree: string): string {
  const names = readdirSync(tree)
    .filter((name) => name !== '.git')
    .toSorted();
  return hashObject(
    'tree',
    Buffer.concat(
      names.flatMap((name) => [
        Buffer.from(`${(statSync(join(tree, name)).mode & 0o100) === 0 ? '100644' : '100755'} ${name}\0`),
        hashObject('blob', readFileSync(join(tree, name))),
      ]),
    ),
  ).toString('hex');
}

/** The tree after `git am` of an mbox. */
function gitAm(mbox: string): string {
  const tree = newTree();
  run(tree, 'git', 'init', '-q', '--template=');
  run(tree, 'git', 'add', '-A');
  run(tree, 'git', 'commit', '-qm', 'base');
  run(tree, 'git', 'am', '-q', mbox);
  return hashTree(tree);
}

async function apply(shape: MailShape): Promise<string> {
  const mbox = join(dir, 'thread.mbox');
  writeFileSync(mbox, shape.mbox, 'latin1');
  const { patches } = await readSeries([mbox], context);
  const tree = newTree();
  await applyPatches(
    patches.map(({ subject, diff }) => ({ label: subject, diff })),
    tree,
    context,
  );
  return hashTree(tree);
}

/** The picks of all versions that are recorded, with those of the installed one. */
function recordB4(known: Readonly<Record<string, Picks>>): Readonly<Record<string, Picks>> {
  writeFileSync(
    join(dir, '.gitconfig'),
    '[b4]\n\tattestation-policy = off\n[user]\n\tname = a\n\temail = a@example.org\n',
  );
  const picks = MAIL_SHAPES.map(({ name, mbox }) => {
    const out = mkdtempSync(join(dir, 'am-'));
    writeFileSync(join(out, 'thread.mbox'), mbox, 'latin1');
    try {
      const words = run(out, 'sh', '-c', 'b4 --offline-mode am -m thread.mbox -o . 2>&1');
      if (/Thread incomplete|ERROR: missing/.test(words)) return [name, { words: 'Thread incomplete' }];
      const picked = readdirSync(out).find((file) => file.endsWith('.mbx'));
      return [name, picked === undefined ? { words: 'No patches found' } : { tree: gitAm(join(out, picked)) }];
    } catch (error) {
      return [
        name,
        {
          words:
            error instanceof Error
              ? (/^(?:error|fatal|CRITICAL|\w+Error).*$/m.exec(
                  `${(error as { stderr?: string }).stderr ?? ''}${(error as { stdout?: string }).stdout ?? ''}`,
                )?.[0] ?? 'failed')
              : 'failed',
        },
      ];
    }
  });
  return { ...known, [run(dir, 'b4', '--version').trim()]: Object.fromEntries(picks) };
}

const readRecord = (): Readonly<Record<string, Picks>> => JSON.parse(readFileSync(RECORD, 'utf8'));
if (process.env['PMEMRIG_RECORD_B4'] === '1')
  writeFileSync(RECORD, `${JSON.stringify(recordB4(readRecord()), undefined, 2)}\n`);
const recorded = readRecord();

/** What the versions of b4 make of a mailbox: they differ. */
const picked = (name: string): readonly string[] => Object.values(recorded).flatMap((picks) => picks[name]?.tree ?? []);

describe('the applied tree', () => {
  test.each(MAIL_SHAPES.filter(({ instead }) => instead === undefined).map((shape) => [shape.name, shape] as const))(
    'of %s is that of git am on what b4 picks',
    async (name, shape) => {
      expect(picked(name)).toContain(await apply(shape));
    },
  );

  test.each(
    MAIL_SHAPES.flatMap((shape) =>
      shape.instead && 'meant' in shape.instead ? [[shape.name, shape, shape.instead.meant] as const] : [],
    ),
  )('of %s is that of git am on the patches that are meant', async (name, shape, meant) => {
    const mbox = join(dir, 'meant.mbox');
    writeFileSync(mbox, meant, 'latin1');
    const tree = gitAm(mbox);
    expect(await apply(shape)).toBe(tree);
    // Else it belongs to those above.
    expect(picked(name)).not.toContain(tree);
  });
});

describe('refused, with what is missing,', () => {
  test.each(
    MAIL_SHAPES.flatMap((shape) =>
      shape.instead && 'refused' in shape.instead ? [[shape.name, shape, shape.instead.refused] as const] : [],
    ),
  )('is %s', async (_, shape, words) => {
    await expect(apply(shape)).rejects.toThrow(words);
  });
});
