import { join } from 'node:path';
import { PACKAGE_ROOT } from './package-root.ts';

/**
 * Files and folders that the rig reads beside its code. `files` in package.json has each of them, too, for `npm pack`.
 */
export const PACKAGE_DATA = [
  'docs/checks.md',
  'guests/canary/module',
  'guests/guest-tools/kexec.c',
  'guests/guest-tools/mappings.c',
  'guests/guest-tools/pmemcheck.c',
  'guests/guest-tools/pmemcheck.h',
  'guests/images/guest-init',
  'guests/images/initramfs/init',
  'guests/images/modprobe.conf',
  'guests/images/no-nvdimm-keys.conf',
  'guests/images/sshd_config',
  'guests/kernels/kconfig/fragments',
  'guests/store/sandbox-root',
  'matrices/lists/xfstests-known.yaml',
  'orchestrator/suites/fio/jobs',
  'orchestrator/suites/lockdep/exercises',
  'orchestrator/suites/scenario/child',
  'orchestrator/suites/xfstests/guest',
  'reports/formats/html/browser',
] as const;

export type PackageData = (typeof PACKAGE_DATA)[number];

/** The path of one of them, in a checkout and in an installed package alike. Others may own it: it is only read. */
export function packageData(path: PackageData): string {
  return join(PACKAGE_ROOT, path);
}
