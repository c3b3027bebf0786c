import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tryTool } from '../store/run-tool.ts';
import { inUserNamespace } from '../store/user-namespace.ts';
import { listTree } from './tree-listing.ts';

/** As the tests' user, who may have no namespaces: what follows `--` is what runs in one. */
const withoutNamespace = ([, ...argv]: readonly string[]): ReturnType<typeof tryTool> => {
	const [command = '', ...args] = argv.slice(argv.indexOf('--') + 1);
	return tryTool([command, ...args]);
};

async function newTree(): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), 'tree-'));
	onTestFinished(() => rm(dir, { recursive: true }));
	await mkdir(join(dir, 'usr', 'sbin'), { recursive: true });
	await writeFile(join(dir, 'usr', 'sbin', 'sshd'), 'x');
	return dir;
}

const fingerprint = async (tree: string): Promise<string> =>
	(await listTree(tree, undefined, withoutNamespace)).fingerprint;

test('a tree is read as root of the namespace, who may enter what subordinate ids keep private', async () => {
	const ran: (readonly string[])[] = [];
	const run = async (argv: readonly string[]): ReturnType<typeof tryTool> => {
		ran.push(argv);
		return withoutNamespace(argv);
	};
	const { paths } = await listTree(await newTree(), undefined, run);
	const wrapper = inUserNamespace([]);
	expect(ran.map((argv) => argv.slice(0, wrapper.length))).toStrictEqual([wrapper]);
	expect([...paths].toSorted()).toStrictEqual(['', 'usr', 'usr/sbin', 'usr/sbin/sshd']);
});

test('the same tree has the same fingerprint, through a link too', async () => {
	const tree = await newTree();
	await symlink(tree, `${tree}-link`);
	onTestFinished(() => rm(`${tree}-link`));
	expect(await fingerprint(`${tree}-link`)).toBe(await fingerprint(tree));
});

test.each([
	['size', (file: string) => writeFile(file, 'longer').then(() => utimes(file, 5, 5))],
	['time', (file: string) => utimes(file, 6, 6)],
	['mode', (file: string) => chmod(file, 0o600)],
])("a file's %s is part of the fingerprint", async (_, change) => {
	const tree = await newTree();
	const file = join(tree, 'usr', 'sbin', 'sshd');
	await utimes(file, 5, 5);
	const before = await fingerprint(tree);
	await change(file);
	expect(await fingerprint(tree)).not.toBe(before);
});

test('a folder that we cannot enter is reported with its name and the way out', async () => {
	const output = '\tusr d\0find: ‘/r/root’: Permission denied';
	const denied = listTree(await newTree(), undefined, () => Promise.resolve({ ok: false, stdout: '', output }));
	await expect(denied).rejects.toMatchObject({
		code: 'unreadable-image',
		message: expect.stringContaining('\n  find: ‘/r/root’: Permission denied'),
		remedy: expect.stringContaining('subuid'),
	});
});
