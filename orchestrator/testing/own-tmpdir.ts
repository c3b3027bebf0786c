import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/**
 * A folder for all that one file of tests leaves in `$TMPDIR`, its child processes included: gone with the last of its
 * tests.
 */
const before = process.env['TMPDIR'];
const dir = mkdtempSync(join(tmpdir(), 'pmemrig-unit-'));
process.env['TMPDIR'] = dir;

afterAll(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  rmSync(dir, { recursive: true, force: true });
});
