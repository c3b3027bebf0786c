import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import type { Accelerator } from '../../orchestrator/model/accelerator.ts';
import { digestFile } from '../store/digest.ts';
import type { QemuBinary } from '../qemu/find-qemu.ts';
import type { BootHost } from './boot-key.ts';

/** Looks at QEMU's program and, for KVM, at the host's CPU. Rejects with the error of reading the program. */
export async function describeBootHost(
  { accelerator, qemu }: { readonly accelerator: Accelerator; readonly qemu: QemuBinary },
  cacheDir: string,
): Promise<BootHost> {
  return {
    qemuDigest: await digestFile(qemu.path, cacheDir),
    cpu: accelerator === 'kvm' ? `${release()}\n${firstCpu(await readFile('/proc/cpuinfo', 'utf8'))}` : '',
  };
}

/** The lines of the first CPU that stay as they are, in the words of any architecture. */
function firstCpu(cpuinfo: string): string {
  const [first = ''] = cpuinfo.split('\n\n');
  return first
    .split('\n')
    .filter((line) => !/^(?:processor|cpu MHz|bogomips|apicid|initial apicid|core id|cpu cores|siblings)\b/i.test(line))
    .join('\n');
}
