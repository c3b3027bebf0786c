import ssh2 from 'ssh2';

export interface SshKeyPair {
  /** OpenSSH format, as sshd and ssh2 read it. */
  readonly privateKey: string;
  /** One line, as in `authorized_keys`. */
  readonly publicKey: string;
}

/** Made for one run, never written to the host's disk but inside a guest's initrd, which goes with the guest. */
export interface RunKeys {
  readonly client: SshKeyPair;
  readonly host: SshKeyPair;
}

export function createRunKeys(): RunKeys {
  return { client: createKeyPair('pmemrig'), host: createKeyPair('pmemrig-guest') };
}

/**
 * ssh2 1.17 drops the leading zero bytes of a public key (lib/keygen.js). So about one key in 256 is malformed, and
 * neither sshd nor ssh2 reads it. Such a key is drawn again.
 */
function createKeyPair(comment: string): SshKeyPair {
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    const parsed = [privateKey, publicKey].map((key) => ssh2.utils.parseKey(key));
    if (!parsed.some((key) => key instanceof Error)) return { privateKey, publicKey };
  }
}
