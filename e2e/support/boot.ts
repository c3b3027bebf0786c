import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootGuest } from '../../guests/machine/boot-guest.ts';
import type { HeldGuest } from '../../guests/machine/hold-guest.ts';
import { prepareImage } from '../../guests/images/prepare-image.ts';
import { prepareKernel } from '../../guests/kernels/prepare-kernel.ts';
import { probeAccelerator } from '../../guests/qemu/accelerator.ts';
import { findQemu } from '../../guests/qemu/find-qemu.ts';
import { createRunKeys } from '../../guests/ssh/keys.ts';
import { cacheDir } from '../../orchestrator/model/paths.ts';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';

type BootOptions = Parameters<typeof bootGuest>[0];

/** Boots guests straight from guests/, without a run around them; kernel and image come from the user's cache. */
export class GuestBench implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'pmemrig-guests-'));
  readonly keys = createRunKeys();
  #count = 0;

  async boot(
    devices: readonly PmemDevice[],
    overrides: Partial<BootOptions> & {
      readonly release?: string;
      readonly start?: (options: BootOptions) => Promise<HeldGuest>;
    } = {},
  ): Promise<HeldGuest> {
    const context = { cacheDir: cacheDir(), log: () => undefined };
    const { release = 'bookworm', start = bootGuest, ...options } = overrides;
    const qemu = await findQemu();
    const { accelerator } = await probeAccelerator({ qemu, cacheDir: cacheDir() });
    this.#count += 1;
    const dir = join(this.dir, String(this.#count));
    mkdirSync(dir);
    return start({
      id: this.#count,
      kernel: await prepareKernel({ kind: 'debian', name: release, release, flavour: 'amd64' }, context),
      image: await prepareImage({ kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] }, context),
      topology: { name: 'e2e', devices },
      guest: { cpus: 2, memoryBytes: 2 ** 30, append: [] },
      qemu,
      accelerator,
      keys: this.keys,
      dir,
      ...options,
    });
  }

  /** Folder of the latest guest. */
  get guestDir(): string {
    return join(this.dir, String(this.#count));
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
