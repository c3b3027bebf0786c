import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mendJournal } from './mend-journal.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-mend-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const long = JSON.stringify({ text: 'x'.repeat(200_000) });
test.each([
  ['is whole', '{"a":1}\n{"b":2}\n', '{"a":1}\n{"b":2}\n'],
  ['was torn', '{"a":1}\n{"b":2', '{"a":1}\n'],
  ['lacks its newline alone', '{"a":1}\n{"b":2}', '{"a":1}\n{"b":2}\n'],
  ['was torn far from its beginning', `{"a":1}\n${long.slice(0, -5)}`, '{"a":1}\n'],
  ['is long and lacks its newline', `{"a":1}\n${long}`, `{"a":1}\n${long}\n`],
  ['is empty', '', ''],
])('a journal whose last line %s', async (_, text, mended) => {
  const file = join(dir, 'events.jsonl');
  writeFileSync(file, text);
  await mendJournal(dir);
  expect(readFileSync(file, 'utf8')).toBe(mended);
});
