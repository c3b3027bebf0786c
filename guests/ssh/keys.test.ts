import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { createRunKeys } from './keys.ts';

// One key in 256 comes malformed from ssh2 1.17: 300 runs would meet several.
test('every key is one that ssh2 and OpenSSH read', { timeout: 60_000 }, () => {
  for (let run = 0; run < 300; run += 1) {
    const { client, host } = createRunKeys();
    for (const { privateKey, publicKey } of [client, host]) {
      const secret = ssh2.utils.parseKey(privateKey);
      const open = ssh2.utils.parseKey(publicKey);
      if (secret instanceof Error || open instanceof Error) throw new Error('malformed key');
      expect(secret.getPublicSSH()).toEqual(open.getPublicSSH());
      // string "ssh-ed25519" (4 + 11 bytes) and string key (4 + 32).
      expect(open.getPublicSSH()).toHaveLength(51);
    }
  }
});

test('each run has its own', () => {
  expect(createRunKeys().client.publicKey).not.toBe(createRunKeys().client.publicKey);
});
