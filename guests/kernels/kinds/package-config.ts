import { execa } from 'execa';

/** A configuration has about 300 KiB. */
const MAX_BYTES = 4 * 2 ** 20;

/**
 * The `.config` in a kernel's Debian package, read without unpacking the rest: it comes before the modules, and what
 * follows is not waited for. `undefined` if there is none, or the package cannot be read. Rejects with nothing.
 */
export async function readPackageConfig(deb: string): Promise<string | undefined> {
  const unpack = execa('dpkg-deb', ['--fsys-tarfile', deb], {
    reject: false,
    stdin: 'ignore',
    stderr: 'ignore',
    buffer: false,
  });
  const pick = unpack.pipe('tar', ['--extract', '--to-stdout', '--occurrence=1', '--wildcards', './boot/config-*'], {
    reject: false,
    maxBuffer: MAX_BYTES,
  });
  const { stdout, failed } = await pick;
  unpack.kill('SIGKILL');
  return failed || stdout === '' ? undefined : stdout;
}
