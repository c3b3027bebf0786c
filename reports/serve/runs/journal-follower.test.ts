import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeMixedRun } from '../../testing/make-journal.ts';
import { JournalFollower } from './journal-follower.ts';

let runDir: string;
let path: string;

beforeEach(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'pmemrig-follow-'));
  path = join(runDir, 'events.jsonl');
});
afterEach(async () => rm(runDir, { recursive: true }));

const journal = makeMixedRun();
const text = journal.text();

test('a journal that comes in pieces, cut anywhere, says what the whole one says', async () => {
  const bytes = Buffer.from(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
      await writeFile(path, '');
      const follower = new JournalFollower(runDir);
      let at = 0;
      for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
        await appendFile(path, bytes.subarray(at, cut));
        await follower.advance();
        at = cut;
      }
      expect(follower.fold.summarize()).toEqual(journal.summarize());
      expect(follower.lines).toBe(journal.events.length);
    }),
    { numRuns: 30 },
  );
});

test('a last line waits for the rest of it, and a resume may cut it off', async () => {
  const torn = journal.text({ torn: true });
  await writeFile(path, torn);
  const follower = new JournalFollower(runDir);
  await follower.advance();
  expect(follower.lines).toBe(journal.events.length - 1);
  await truncate(path, torn.lastIndexOf('\n') + 1);
  await appendFile(path, `${JSON.stringify({ v: 3, t: '2026-03-01T12:00:00.000Z', type: 'note', text: 'x' })}\n`);
  await follower.advance();
  expect(follower.fold.summarize().notes).toContain('x');
});

test('any number may ask at once', async () => {
  await writeFile(path, text);
  const follower = new JournalFollower(runDir);
  await Promise.all([follower.advance(), follower.advance(), follower.advance()]);
  expect(follower.fold.summarize()).toEqual(journal.summarize());
});

test('another journal in its place is read from its beginning', async () => {
  await writeFile(path, text);
  const follower = new JournalFollower(runDir);
  await follower.advance();
  await writeFile(path, text.slice(0, text.indexOf('\n', 10) + 1));
  await follower.advance();
  expect(follower.lines).toBe(1);
});

test.each([
  ['a line that is no event', '{"hello":1}\n', 'foreign-line'],
  ['a whole line that is not JSON', 'what\n', 'foreign-line'],
])('%s is refused with its place', async (_, line, code) => {
  await writeFile(path, `${text.split('\n')[0]}\n${line}`);
  await expect(new JournalFollower(runDir).advance()).rejects.toMatchObject({ code, position: { line: 2 } });
});

test('a run that is gone is reported by the file system', async () => {
  await expect(new JournalFollower(runDir).advance()).rejects.toMatchObject({ code: 'ENOENT' });
});
