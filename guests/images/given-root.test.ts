import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { tarArguments } from './given-root.ts';

async function newFolder(): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), 'given-root-'));
	onTestFinished(() => rm(dir, { recursive: true }));
	return dir;
}

async function writeTree(root: string, ...paths: string[]): Promise<void> {
	for (const path of paths) {
		await mkdir(dirname(join(root, path)), { recursive: true });
		await writeFile(join(root, path), '');
	}
}

test.each([
	['names from the top', '.', 'dev', 'usr'],
	['names with ./', '.', '.'],
	['absolute names', '/', 'dev', 'usr'],
])("a tarball's own /dev stays out, and no other folder of that name: %s", async (_, under, ...members) => {
	const dir = await newFolder();
	const [root, to, tarball] = [join(dir, 'root'), join(dir, 'to'), join(dir, 'root.tar')];
	await writeTree(root, 'dev/null', 'dev/pts/0', 'usr/lib/x/dev/keep', 'usr/dev/keep');
	await mkdir(to);
	const transform = under === '/' ? ['--absolute-names', '--transform=s,^,/,'] : [];
	await execa('tar', ['--create', '--file', tarball, '--directory', root, ...transform, ...members]);
	const [command, ...args] = tarArguments(tarball, to);
	await execa(command, args);
	const kept = await readdir(to, { recursive: true });
	expect(kept.toSorted()).toStrictEqual([
		'dev',
		'usr',
		'usr/dev',
		'usr/dev/keep',
		'usr/lib',
		'usr/lib/x',
		'usr/lib/x/dev',
		'usr/lib/x/dev/keep',
	]);
});
