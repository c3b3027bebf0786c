import { digestOf, shortDigest } from '../store/digest.ts';
import type { MachinePlan, PlannedOptions } from '../machine/machine-files.ts';

/** Raise it when a template is made otherwise, or a fork goes on from it otherwise. */
const TEMPLATE_VERSION = 2;

/** What a guest boots on, beside what it boots. */
export interface BootHost {
  /** sha256 of QEMU's program: a build of one's own may have the version of another. */
  readonly qemuDigest: string;
  /**
   * Under KVM the guest's CPU is the host's: its model, features and kernel. Empty under TCG, which emulates them.
   */
  readonly cpu: string;
}

/**
 * A digest of all that decides a booted guest but for its identity: kernel, image, devices and their sizes, both command
 * lines, QEMU, the accelerator and what that takes from the host. Guests of one key can be forked from one template.
 * `plan` is that of a machine without number and folder.
 */
export function composeBootKey(
  {
    accelerator,
    image,
    kernel,
    qemu,
    resultsBytes,
  }: Pick<PlannedOptions, 'accelerator' | 'image' | 'kernel' | 'qemu' | 'resultsBytes'>,
  { argv, devices }: MachinePlan,
  { cpu, qemuDigest }: BootHost,
): string {
  return shortDigest(
    digestOf(
      TEMPLATE_VERSION,
      accelerator,
      kernel.digest,
      image.digest,
      [qemu.path, qemu.version, qemuDigest, cpu],
      argv,
      // Neither is in QEMU's words: a disk is as large as its file.
      devices.backingFiles.map(({ sizeBytes }) => sizeBytes),
      resultsBytes ?? 0,
    ),
  );
}
