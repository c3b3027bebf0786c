import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeGuestInitrd } from './guest-initrd.ts';
import { writeNewc } from '../store/newc.ts';

test("a guest's files are appended below inject/, and the base stays as it is", async () => {
	const dir = await mkdtemp(join(tmpdir(), 'initrd-'));
	onTestFinished(() => rm(dir, { recursive: true }));
	const [base, out] = [join(dir, 'base'), join(dir, 'out')];
	const archive = writeNewc([{ type: 'directory', path: 'dev', mode: 0o755 }]);
	await writeFile(base, archive);
	await writeGuestInitrd({
		base,
		out,
		files: [{ path: 'root/.ssh/authorized_keys', mode: 0o600, content: 'ssh-ed25519 AAAA' }],
	});
	const written = await readFile(out);
	expect(written.subarray(0, archive.length).equals(archive)).toBe(true);
	expect(written.subarray(archive.length).toString('latin1')).toMatch(
		/inject\/root\/\.ssh\/authorized_keys\0.*ssh-ed25519 AAAA/,
	);
	expect(await readFile(base)).toStrictEqual(archive);
});
