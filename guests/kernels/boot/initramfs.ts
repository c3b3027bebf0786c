import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageData, packageData } from '../../../orchestrator/model/package-data.ts';
import { digestOf } from '../../store/digest.ts';
import { type ModuleIndex, insertionOrder } from './module-index.ts';
import { type CpioEntry, writeNewc } from '../../store/newc.ts';

/**
 * What must be there before the module disk is mounted, and the guest's network. ext4 asks the crypto layer for crc32c
 * by name at mount time, so modules.dep does not know it.
 */
const MODULES = ['virtio_pci', 'virtio_blk', 'crc32c_generic', 'crc32c_intel', 'ext4', 'overlay', 'virtio_net'];

/** Data files of ours, with their places in the initramfs. What is below `inject/` lands in the guest's root. */
const FILES = [
  { source: 'guests/images/initramfs/init', path: 'init', mode: 0o755 },
  { source: 'guests/images/guest-init', path: 'inject/usr/lib/pmemrig/guest-init', mode: 0o755 },
  { source: 'guests/images/sshd_config', path: 'inject/usr/lib/pmemrig/sshd_config', mode: 0o644 },
  { source: 'guests/images/modprobe.conf', path: 'inject/etc/modprobe.d/pmemrig.conf', mode: 0o644 },
  { source: 'guests/images/no-nvdimm-keys.conf', path: 'inject/etc/modprobe.d/nvdimm-security.conf', mode: 0o644 },
] as const satisfies readonly { source: PackageData; path: string; mode: number }[];

const FOLDERS = ['dev', 'proc', 'sys', 'lower', 'upper', 'newroot'];

/** Applets that every guest needs: it has no init system that would bring them. */
const GUEST_APPLETS = ['poweroff', 'reboot', 'halt'];

async function readDataFiles(): Promise<CpioEntry[]> {
  return Promise.all(
    FILES.map(async ({ source, path, mode }) => ({
      type: 'file' as const,
      path,
      mode,
      content: await readFile(packageData(source)),
    })),
  );
}

/** Changes whenever an initramfs for the same kernel would come out different. */
export async function initramfsRecipeDigest(): Promise<string> {
  const files = await readDataFiles();
  return digestOf(
    MODULES,
    FOLDERS,
    GUEST_APPLETS,
    files.map((entry) => ('content' in entry ? [entry.path, Buffer.from(entry.content).toString('base64')] : [])),
  );
}

interface InitramfsRequest {
  /** Path of a statically linked busybox. */
  readonly busybox: string;
  /** `/lib/modules/<release>` with its index; absent for a kernel without modules. */
  readonly modules?: { readonly tree: string; readonly index: ModuleIndex };
  readonly out: string;
}

/** Writes the initramfs of a kernel: busybox, the modules that mount the root, our init. */
export async function writeInitramfs({ busybox, modules, out }: InitramfsRequest): Promise<void> {
  const paths = modules ? insertionOrder(modules.index, MODULES) : [];
  const moduleFiles = await Promise.all(
    paths.map(async (path) => ({
      type: 'file' as const,
      path: modulePath(path),
      mode: 0o644,
      content: await readFile(join(modules?.tree ?? '', path)),
    })),
  );
  const busyboxFile = { type: 'file', mode: 0o755, content: await readFile(busybox) } as const;
  const archive = writeNewc([
    ...FOLDERS.map((path): CpioEntry => ({ type: 'directory', path, mode: 0o755 })),
    // Before /dev is mounted, for the messages that say that it could not be.
    { type: 'char', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
    { type: 'char', path: 'dev/kmsg', mode: 0o600, major: 1, minor: 11 },
    { ...busyboxFile, path: 'bin/busybox' },
    ...moduleFiles,
    {
      type: 'file',
      path: 'modules/order',
      mode: 0o644,
      content: Buffer.from(paths.map((path) => `/${modulePath(path)}\n`).join('')),
    },
    ...(await readDataFiles()),
    ...GUEST_APPLETS.map((name): CpioEntry => ({
      type: 'symlink',
      path: `inject/usr/local/sbin/${name}`,
      target: '/usr/lib/pmemrig/busybox',
    })),
  ]);
  await writeFile(out, archive);
  await chmod(out, 0o644);
}

function modulePath(path: string): string {
  return `modules/${path.slice(path.lastIndexOf('/') + 1)}`;
}
