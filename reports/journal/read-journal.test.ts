import { rm } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { JOURNAL_VERSION, type JournalEvent } from '../../orchestrator/model/event.ts';
import { parseJournalLine } from './journal-line.ts';
import { readJournal } from './read-journal.ts';
import { JournalBuilder, makeCell, makeMixedRun, writeJournal } from '../testing/make-journal.ts';
import { present } from '../../orchestrator/model/present.ts';

const made: string[] = [];

afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true });
});

async function read(text: string): Promise<JournalEvent[]> {
  const runDir = await writeJournal(text);
  made.push(runDir);
  const events: JournalEvent[] = [];
  for await (const event of readJournal(runDir)) events.push(event);
  return events;
}

const journal = makeMixedRun();
const text = journal.text();
const lines = text.split('\n');

describe('what was written', () => {
  test('is read back event by event', async () => expect(await read(text)).toEqual(journal.events));

  test('may hold the line separators of Unicode, which JSON leaves as they are', async () => {
    const odd = new JournalBuilder()
      .start([makeCell('k/p/f/s', [])])
      .add({ type: 'note', text: 'a\u{2028}b\u{2029}c\rd' });
    expect(await read(odd.text())).toEqual(odd.events);
  });

  test('may lack its last newline', async () => expect(await read(text.trimEnd())).toEqual(journal.events));

  test.each([2, 20, 150, 1000])(
    'may end %i bytes short: all whole lines are read and the torn one is said',
    async (cut) => {
      const left = text.slice(0, -cut);
      const whole = journal.events.slice(0, left.split('\n').length - 1);
      expect(await read(left)).toEqual([
        ...whole,
        expect.objectContaining({
          type: 'note',
          text: `events.jsonl:${whole.length + 1}: the last line was torn and is left out`,
        }),
      ]);
    },
  );

  test('may say more about an event than this version knows', async () => {
    const events = await read(
      `${lines[0]}\n{"v":1,"t":"2026-03-01T10:00:00.000Z","type":"note","text":"x","color":"blue"}\n`,
    );
    expect(events.at(-1)).toEqual({ v: 1, t: '2026-03-01T10:00:00.000Z', type: 'note', text: 'x' });
  });
});

describe('what is refused, with its place', () => {
  test.each([
    ['a torn line before the last', [lines[0], '{"v":1,"t', lines[1]].join('\n'), 'foreign-line', 2],
    ['JSON that is no event', [lines[0], '{"hello":1}', lines[1]].join('\n'), 'foreign-line', 2],
    [
      'an event type of no known version',
      `${lines[0]}\n{"v":1,"t":"2026-03-01T10:00:00.000Z","type":"party"}\n`,
      'foreign-line',
      2,
    ],
    ['a journal without its beginning', lines.slice(1).join('\n'), 'foreign-line', 1],
    ['a newer version', `${lines[0]}\n{"v":${JOURNAL_VERSION + 1},"t":"?","type":"party"}\n`, 'newer-journal', 2],
  ])('%s', async (_, content, code, line) => {
    await expect(read(content)).rejects.toMatchObject({ name: 'UserError', code, position: { line } });
  });

  test('a newer version is said in words', async () => {
    await expect(read(`{"v":7}`)).rejects.toThrow(
      'written by a newer pmemrig: journal version 7, this one reads up to 4',
    );
  });

  test.each(['', '{"v":1,'])('a journal of nothing: %j', async (content) => {
    await expect(read(content)).rejects.toMatchObject({ name: 'UserError', code: 'empty-journal' });
  });

  test('a folder that is no run', async () => {
    await expect(readJournal('/nonexistent').next()).rejects.toMatchObject({
      name: 'UserError',
      code: 'no-journal',
      message: 'no journal here',
    });
  });
});

test.each([
  ['known failure: maps with MAP_SYNC', { by: 'list', reason: 'maps with MAP_SYNC' }],
  ['expected to fail', { by: 'test', reason: '' }],
  ['no reflink', undefined],
])('before version 4 the words "%s" of a skip said whether it is forgiven', (message, forgiven) => {
  const end = {
    v: 3,
    t: '2026-03-01T10:00:00.000Z',
    type: 'test-end',
    cell: 'c',
    test: 'fio/a',
    attempt: 1,
    status: 'skip',
    durationMs: 1,
    message,
  };
  expect(parseJournalLine(JSON.stringify(end), 'events.jsonl', 2)).toEqual({ ...end, ...present({ forgiven }) });
  expect(parseJournalLine(JSON.stringify({ ...end, v: 4 }), 'events.jsonl', 2)).toEqual({ ...end, v: 4 });
});
