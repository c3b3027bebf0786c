import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { cellSlug } from '../../model/cell-slug.ts';
import { createRunFolder } from './run-folder.ts';

test('a cell’s folder is named after it; a name too long for a folder is cut and kept unique', () => {
  expect(cellSlug('debian-6.12/nvdimm/ext4-dax/fio')).toBe('debian-6.12+nvdimm+ext4-dax+fio');
  const [one, other] = ['a', 'b'].map((end) => cellSlug(`${'x'.repeat(320)}/${end}`));
  expect(one).toHaveLength(200);
  expect(one).not.toBe(other);
});

test('runs sort by their time, and "latest" names the newest', async () => {
  const runs = mkdtempSync(join(tmpdir(), 'pmemrig-runs-'));
  try {
    const first = await createRunFolder(runs, 'smoke', new Date('2026-03-01T10:00:00Z'));
    const second = await createRunFolder(runs, 'smoke', new Date('2026-03-01T10:00:01Z'));
    expect(first.id).toMatch(/^20260301-100000-smoke-[0-9a-f]{4}$/);
    expect([second.id, first.id].toSorted()).toEqual([first.id, second.id]);
    expect(readlinkSync(join(runs, 'latest'))).toBe(basename(second.dir));
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
});
