import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createResultsDisk, readResultsDisk } from './results-disk.ts';

async function diskWith(...commands: readonly string[]): Promise<{ readonly disk: string; readonly dir: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'results-disk-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const disk = join(dir, 'results.img');
  await createResultsDisk(disk, 32 * 2 ** 20);
  writeFileSync(join(dir, 'commands'), commands.join('\n'));
  execFileSync('/usr/sbin/debugfs', ['-w', '-f', join(dir, 'commands'), disk], { cwd: dir, stdio: 'pipe' });
  return { disk, dir };
}

test('a file of the disk is copied, bounded; what is not there leaves nothing behind', async () => {
  const source = join(mkdtempSync(join(tmpdir(), 'results-source-')), '413.full');
  writeFileSync(source, 'x'.repeat(10_000));
  const { disk, dir } = await diskWith('mkdir generic', 'cd generic', `write ${source} 413.full`);
  const out = join(dir, 'out');
  expect(await readResultsDisk(disk, '/generic/413.full', out, { maxBytes: 100_000 })).toBe(10_000);
  expect(readFileSync(out, 'utf8')).toHaveLength(10_000);
  expect(await readResultsDisk(disk, '/generic/413.full', out, { maxBytes: 100 })).toBe(100);
  expect(await readResultsDisk(disk, '/generic/414.full', out, { maxBytes: 100 })).toBe(0);
  expect(existsSync(out)).toBe(false);
});

test('a file that claims to be far larger than the disk is read up to the bound', async () => {
  const source = join(mkdtempSync(join(tmpdir(), 'results-source-')), 'sparse');
  writeFileSync(source, '');
  truncateSync(source, 2 ** 40);
  const { disk, dir } = await diskWith(`write ${source} sparse`);
  expect(await readResultsDisk(disk, '/sparse', join(dir, 'out'), { maxBytes: 5000 })).toBe(5000);
});

test('a link leads nowhere but into the disk', async () => {
  const { disk, dir } = await diskWith('symlink passwd /etc/passwd');
  expect(await readResultsDisk(disk, '/passwd', join(dir, 'out'), { maxBytes: 100 })).toBe(0);
});
