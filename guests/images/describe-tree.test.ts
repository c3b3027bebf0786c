import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { describeTree } from './describe-tree.ts';

test('a checkout is named by its tag, and said to be changed; a plain folder has no name', async () => {
	const dir = mkdtempSync(join(tmpdir(), 'pmemrig-tree-'));
	onTestFinished(() => rmSync(dir, { recursive: true }));
	expect(await describeTree(dir)).toBeUndefined();
	const git = async (...words: string[]): Promise<void> =>
		void (await execa('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words]));
	await git('init', '-q');
	writeFileSync(join(dir, 'check'), '');
	await git('add', 'check');
	await git('commit', '-q', '-m', 'x');
	await git('tag', 'v2026.03.20');
	expect(await describeTree(dir)).toBe('v2026.03.20');
	writeFileSync(join(dir, 'check'), 'y');
	expect(await describeTree(dir)).toBe('v2026.03.20-dirty');
});
