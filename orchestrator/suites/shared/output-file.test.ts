import { createWriteStream, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openOutputFile } from './output-file.ts';

const freshPath = () => join(mkdtempSync(join(tmpdir(), 'pmemrig-output-')), 'output.log');

test('what a guest prints faster than the disk writes is left out, not piled up', async () => {
  const path = freshPath();
  const file = openOutputFile(createWriteStream(path));
  const chunk = Buffer.alloc(2 ** 20, 'x');
  // In one turn of the event loop the disk gets nothing done.
  for (let count = 0; count < 40; count += 1) file.write(chunk);
  expect(await file.close()).toBeUndefined();
  expect(statSync(path).size).toBeLessThan(12 * 2 ** 20);
  expect(readFileSync(path, 'utf8').slice(-100)).toMatch(
    /\[pmemrig: \d+ bytes were left out here, the disk being too slow\]\n$/,
  );
});

test('a file that cannot be written is reported by close, and throws nothing', async () => {
  const file = openOutputFile(createWriteStream('/dev/full'));
  file.write(Buffer.from('hello'));
  expect(await file.close()).toMatch(/^the output could not be kept: .*ENOSPC/);
  const nowhere = openOutputFile(createWriteStream('/nonexistent/output.log'));
  nowhere.write(Buffer.from('hello'));
  expect(await nowhere.close()).toMatch(/ENOENT/);
});
