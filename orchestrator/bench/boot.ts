import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forkGuest } from '../../guests/fork/fork-guest.ts';
import type { Templates } from '../../guests/fork/templates.ts';
import { bootGuest } from '../../guests/machine/boot-guest.ts';
import type { PreparedImage } from '../../guests/images/prepare-image.ts';
import type { PreparedKernel } from '../../guests/kernels/prepare-kernel.ts';
import type { QemuBinary } from '../../guests/qemu/find-qemu.ts';
import { createRunKeys } from '../../guests/ssh/keys.ts';
import type { PmemTopology } from '../model/pmem.ts';

export interface BootBench {
  readonly kernel: PreparedKernel;
  readonly image: PreparedImage;
  readonly qemu: QemuBinary;
  readonly accelerator: 'kvm' | 'tcg';
}

/**
 * One guest that boots, or is forked where there are `templates`: ms from the start of QEMU to the first answer over SSH.
 * The guest is gone on return.
 */
export async function benchBoot(
  { kernel, image, qemu, accelerator }: BootBench,
  topology: PmemTopology,
  templates?: Templates,
): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-bench-'));
  try {
    const machine = {
      id: 1,
      kernel,
      image,
      topology,
      guest: { cpus: 2, memoryBytes: 2 ** 31, append: [] },
      qemu,
      accelerator,
      keys: createRunKeys(),
      dir,
    };
    await using guest =
      templates === undefined ? await bootGuest(machine) : await forkGuest(machine, templates, 'always');
    if (templates !== undefined && guest.template === undefined) throw new Error('the guest was not forked');
    return guest.bootMs;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
