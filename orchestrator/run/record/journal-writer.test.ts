import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JournalWriter } from './journal-writer.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('each event is a line of its own, on disk once append returns', () => {
  using journal = new JournalWriter(dir);
  journal.append({ type: 'note', text: 'one\ntwo' });
  journal.append({ type: 'run-end', reason: 'finished' });
  const lines = readFileSync(join(dir, 'events.jsonl'), 'utf8').split('\n');
  expect(lines.slice(0, -1).map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['note', 'run-end']);
});

test('each event says when it happened, by the wall and by a clock that nobody sets', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    using journal = new JournalWriter(dir);
    vi.setSystemTime('2026-03-01T10:00:00Z');
    const first = journal.append({ type: 'note', text: 'one' });
    vi.setSystemTime('2026-03-01T11:00:00Z');
    const second = journal.append({ type: 'note', text: 'two' });
    expect(Date.parse(second.t) - Date.parse(first.t)).toBe(3_600_000);
    expect((second.up ?? NaN) - (first.up ?? NaN)).toBeLessThan(60_000);
    expect((second.up ?? NaN) - (first.up ?? NaN)).toBeGreaterThanOrEqual(0);
  } finally {
    vi.useRealTimers();
  }
});

test('nothing is written after it was closed', () => {
  const journal = new JournalWriter(dir);
  journal[Symbol.dispose]();
  expect(() => journal.append({ type: 'note', text: 'late' })).toThrow('note came after the journal was closed');
});

// Only root can make a disk small enough to fill.
test.runIf(process.getuid?.() === 0)(
  'a disk that fills leaves whole lines, and nothing follows even when room comes back',
  () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', dir]);
    try {
      using journal = new JournalWriter(dir);
      journal.append({ type: 'note', text: 'fits' });
      const write = (): unknown => journal.append({ type: 'note', text: 'x'.repeat(32_768) });
      expect(write).toThrow(expect.objectContaining({ code: 'journal-write' }));
      expect(() => journal.append({ type: 'run-end', reason: 'finished' })).toThrow(
        expect.objectContaining({ code: 'journal-write' }),
      );
      expect(write).toThrow(/the journal .*events\.jsonl cannot be written: the disk /);
      expect(readFileSync(join(dir, 'events.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(1);
    } finally {
      execFileSync('umount', [dir]);
    }
  },
);
