import type { RuleContext, RuleMount } from '../shared/rules/rule.ts';

/** Blocks of a file under test: one for each thread. */
const FILE_BYTES = 1024 * 1024;

/** Mounts a fresh file system, by DAX where the device can, and makes a file in it that has all its blocks. */
export async function prepareFile(
  { mount, must, device }: RuleContext,
  type: string,
): Promise<RuleMount & { readonly file: string }> {
  const mounted = await mount({ type: type === 'xfs' ? 'xfs' : 'ext4', options: device.dax ? 'dax=always' : '' });
  const file = `${mounted.path}/file`;
  await must(`xfs_io -f -c 'pwrite -q 0 ${FILE_BYTES}' -c fsync "$1"`, [file]);
  return { ...mounted, file };
}
