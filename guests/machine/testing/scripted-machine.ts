import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRunKeys } from '../../ssh/keys.ts';
import type { MachineOptions } from '../machine-files.ts';

/**
 * A machine in `dir/guest`, whose QEMU is a script: QMP is its descriptor 3, the console 4. It has sent its greeting and
 * left negotiation mode.
 */
export function scriptedMachine(dir: string, script: string): MachineOptions {
  mkdirSync(join(dir, 'guest'), { recursive: true });
  writeFileSync(join(dir, 'initramfs'), '');
  const path = join(dir, 'qemu');
  writeFileSync(
    path,
    `#!/bin/sh\necho '{"QMP": {}}' >&3; read -r line <&3; echo '{"return": {}, "id": 1}' >&3\n${script}\n`,
  );
  chmodSync(path, 0o755);
  return {
    id: 1,
    kernel: {
      name: 'k',
      image: '/k/bzImage',
      release: '6.1',
      description: '',
      initramfs: join(dir, 'initramfs'),
      digest: '',
      notes: [],
    },
    image: { name: 'i', disk: '/i/root.ext4', description: '', digest: '', notes: [] },
    topology: { name: 't', devices: [{ kind: 'virtio-pmem', sizeBytes: 2 ** 20 }] },
    guest: { cpus: 1, memoryBytes: 2 ** 28, append: [] },
    qemu: { path, version: '7.2.0' },
    accelerator: 'kvm',
    keys: createRunKeys(),
    dir: join(dir, 'guest'),
  };
}
