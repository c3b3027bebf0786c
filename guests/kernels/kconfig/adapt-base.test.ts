import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adaptBase } from './adapt-base.ts';
import { parseFragment } from './fragment.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'adapt-'));
  await mkdir(join(dir, 'certs'));
  await writeFile(join(dir, 'certs', 'there.pem'), '');
});
afterEach(() => rm(dir, { recursive: true }));

async function adapt(text: string, asked = '', hasPahole = false) {
  return await adaptBase({ name: 'mine', text }, parseFragment(asked, 'asked'), { sourceDir: dir, hasPahole });
}

test('a certificate that the source does not have is left out, and said', async () => {
  const { text, notes } = await adapt(
    'CONFIG_SMP=y\nCONFIG_SYSTEM_TRUSTED_KEYS="debian/canonical-certs.pem"\nCONFIG_SYSTEM_REVOCATION_KEYS=""\n',
  );
  expect(text).toBe('CONFIG_SMP=y\nCONFIG_SYSTEM_REVOCATION_KEYS=""\nCONFIG_SYSTEM_TRUSTED_KEYS=""\n');
  expect(notes).toStrictEqual(['mine: CONFIG_SYSTEM_TRUSTED_KEYS="", since debian/canonical-certs.pem is not there']);
});

test('one that is there stays, and so does what a fragment sets', async () => {
  const text = 'CONFIG_SYSTEM_TRUSTED_KEYS="certs/there.pem"\nCONFIG_SYSTEM_REVOCATION_KEYS="gone.pem"\n';
  expect(await adapt(text, 'CONFIG_SYSTEM_REVOCATION_KEYS="other.pem"')).toStrictEqual({ text, notes: [] });
});

test.each([
  [
    "are unsigned without the base's key",
    'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY="gone.pem"\n',
    'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY=""\n# CONFIG_MODULE_SIG_ALL is not set\n',
  ],
  [
    "are unsigned where the base names no key, as Debian's",
    'CONFIG_MODULE_SIG=y\n',
    'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY=""\n# CONFIG_MODULE_SIG_ALL is not set\n',
  ],
  ['are signed by a key that is there', 'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY="certs/there.pem"\n', undefined],
  ['are signed by a token', 'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY="pkcs11:x"\n', undefined],
  ['are signed by the build where they must be', 'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_FORCE=y\n', undefined],
  [
    'are signed by the build where they must be and the key is not there',
    'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_FORCE=y\nCONFIG_MODULE_SIG_KEY="gone.pem"\n',
    'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_FORCE=y\nCONFIG_MODULE_SIG_KEY="certs/signing_key.pem"\n',
  ],
  ['are of no account without signatures', '# CONFIG_MODULE_SIG is not set\n', undefined],
])('modules %s', async (_rule, text, expected = text) => {
  expect((await adapt(text)).text).toBe(expected);
});

test('a fragment that decides on signatures decides alone', async () => {
  expect((await adapt('CONFIG_MODULE_SIG=y\n', '# CONFIG_MODULE_SIG is not set')).notes).toStrictEqual([]);
});

test.each([
  ['goes without pahole', '', false, ['mine: # CONFIG_DEBUG_INFO_BTF is not set, since this host has no pahole']],
  ['stays with it', '', true, []],
  ['goes unsaid where reduced debug information rules it out', 'CONFIG_DEBUG_INFO_REDUCED=y', false, []],
])('BTF %s', async (_rule, asked, hasPahole, notes) => {
  expect((await adapt('CONFIG_DEBUG_INFO_BTF=y\n', asked, hasPahole)).notes).toStrictEqual(notes);
});

test('firmware that is not there is left out by itself', async () => {
  const { text } = await adapt(
    `CONFIG_EXTRA_FIRMWARE="there.pem ucode/gone.bin"\nCONFIG_EXTRA_FIRMWARE_DIR="${join(dir, 'certs')}"\n`,
  );
  expect(text).toContain('CONFIG_EXTRA_FIRMWARE="there.pem"\n');
});
