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

function createKeyPair(comment: string): SshKeyPair {
  const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519', { comment });
  return { privateKey, publicKey };
}
