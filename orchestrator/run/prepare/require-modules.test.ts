import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PreparedKernel } from '../../../guests/kernels/prepare-kernel.ts';
import type { Cell } from '../../model/cell.ts';
import { requireModules } from './require-modules.ts';

type CellNeeds = Pick<Cell, 'pmem' | 'filesystem'>;
const CELL: CellNeeds = {
  pmem: { name: 'nvdimm', devices: [{ kind: 'nvdimm', sizeBytes: 2 ** 27, namespace: 'fsdax', labelSizeBytes: 0 }] },
  filesystem: { name: 'xfs-dax', type: 'xfs', mountOptions: 'dax=always', mkfsOptions: [] },
};

async function requireOf(config: string, cell: CellNeeds = CELL): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'modules-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'config'), config);
  const kernel: PreparedKernel = {
    name: 'mine',
    image: '/k',
    release: '6.9.0',
    description: '',
    initramfs: '/i',
    digest: 'd',
    notes: [],
    config: join(dir, 'config'),
  };
  await requireModules(kernel, [cell]);
}

test('drivers of devices and file systems that are modules nobody gave are named before the boot', async () => {
  await expect(requireOf('CONFIG_ACPI_NFIT=m\nCONFIG_BLK_DEV_PMEM=m\nCONFIG_XFS_FS=m\n')).rejects.toMatchObject({
    code: 'kernel-lacks-driver',
    message:
      'The kernel mine (6.9.0) came without the modules of CONFIG_ACPI_NFIT, CONFIG_BLK_DEV_PMEM, CONFIG_XFS_FS: the cells of this run need them.',
  });
});

test('a kernel configured without a driver is let through: its cells show that', async () => {
  await expect(requireOf('CONFIG_XFS_FS=y\n')).resolves.toBeUndefined();
});

test('what no cell uses may be missing', async () => {
  const block: CellNeeds = {
    pmem: { name: 'block', devices: [{ kind: 'virtio-blk', sizeBytes: 2 ** 27 }] },
    filesystem: { name: 'none', type: 'none', mountOptions: '', mkfsOptions: [] },
  };
  await expect(
    requireOf('CONFIG_ACPI_NFIT=m\nCONFIG_BLK_DEV_PMEM=m\nCONFIG_XFS_FS=m\nCONFIG_VIRTIO_BLK=y\n', block),
  ).resolves.toBeUndefined();
});
