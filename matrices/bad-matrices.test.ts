import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeError, UserError } from '../orchestrator/model/errors.ts';
import { parseMatrix } from './load.ts';

const DIR = join(import.meta.dirname, 'testdata', 'bad');
const OPTIONS = { env: { HOME: '/home/me' }, offered: { fio: ['dax-mmap-read', 'dax-mmap-verify', 'block-libaio'] } };

/** Each file opens with a comment: the error's code, then the very text that the terminal shows. */
describe('a bad matrix is refused with the place, one sentence and the way out', () => {
  test.each(readdirSync(DIR))('%s', (file) => {
    const text = readFileSync(join(DIR, file), 'utf8');
    const [code, ...lines] = text
      .slice(0, text.indexOf('\n\n'))
      .split('\n')
      .map((line) => line.slice(2));
    const error = catchError(() => parseMatrix(text, file, OPTIONS));
    expect(error).toBeInstanceOf(UserError);
    expect(describeError(error)).toBe(lines.join('\n'));
    expect(error).toHaveProperty('code', code);
  });
});

function catchError(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
