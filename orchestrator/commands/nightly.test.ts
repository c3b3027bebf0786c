import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nightlyCommand } from './nightly.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'pmemrig-nightly-'))));
afterEach(() => rmSync(dir, { recursive: true }));

test.each(['nightly.yaml', '/proc/x'])('a night that could not be published in %s is not begun', async (path) => {
  const matrix = join(dir, 'nightly.yaml');
  writeFileSync(join(dir, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(
    matrix,
    `version: 1
name: nightly
kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 64M }] }]
suites: [{ name: tap, kind: command, run: ./run.sh }]
`,
  );
  const runs = join(dir, 'runs');
  const publish = path.startsWith('/') ? path : join(dir, path);
  await expect(
    nightlyCommand(matrix, { filter: [], publish, runs, keep: 30, days: 30, verbose: false }),
  ).rejects.toMatchObject({ name: 'UserError', code: 'bad-publish' });
  expect(existsSync(runs)).toBe(false);
});
