import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openConsoleLog } from './console-log.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-console-'));
afterAll(() => rmSync(dir, { recursive: true }));

function logOf(chunks: readonly string[]) {
  const path = join(dir, 'console.log');
  const log = openConsoleLog(path, { headBytes: 10, tailBytes: 6 });
  for (const chunk of chunks) log.write(Buffer.from(chunk));
  const running = readFileSync(path, 'utf8');
  log.close();
  log.close();
  return { running, ended: readFileSync(path, 'utf8') };
}

test('a console within the bound is written as it is, at once', () => {
  expect(logOf(['01234', '56789'])).toEqual({ running: '0123456789', ended: '0123456789' });
});

test('of more, the beginning and the end are kept, and the log says what is missing', () => {
  const { ended, running } = logOf(['0123456', '789abc', 'd'.repeat(1000), 'panic!']);
  expect(running).toBe(
    '0123456789\npmemrig: the log is cut here, after 10 bytes; once the guest has ended, its last 6 bytes follow\n',
  );
  expect(ended).toBe(`${running}pmemrig: 1003 bytes are left out here\npanic!`);
});

test('the bound may be reached in the midst of what comes, to the byte', () => {
  expect(logOf(['012345678', '9abc']).running).toMatch(/^0123456789\n/);
});

test('what is only a little too long is all there', () => {
  expect(logOf(['0123456789', 'abc']).ended).toMatch(/^0123456789\n.*\npmemrig: 0 bytes are left out here\nabc$/);
});

test('a later boot goes on where the one before has ended the log, with room of its own', () => {
  logOf(['0123456789']);
  const log = openConsoleLog(join(dir, 'console.log'), { headBytes: 10, append: true });
  log.write(Buffer.from('abcdefghij'));
  log.close();
  expect(readFileSync(join(dir, 'console.log'), 'utf8')).toBe('0123456789abcdefghij');
});

test('a disk that is full does not end the guest', () => {
  const log = openConsoleLog('/dev/full');
  log.write(Buffer.from('x'));
  log.close();
});
