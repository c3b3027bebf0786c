import type { RuleContext } from './rule.ts';

/**
 * A module that is there and cannot be loaded is no lack. The kernel says the second word only where it was built
 * without CONFIG_FS_DAX: ext4 the one, XFS the other.
 */
const LACK = `
if [ $# = 1 ] && ! grep -qw "$1" /proc/filesystems && ! modprobe -qn "$1"; then
	echo "the kernel has no $1"
elif dmesg | grep -Eq 'dax option not supported|unknown mount option \\[dax\\]'; then
	echo 'the kernel has no file systems with DAX (CONFIG_FS_DAX)'
fi`;

/**
 * What the guest's kernel was built without, so that it refused a mount; `undefined` if that is not the cause. Without a
 * type it looks for DAX alone.
 */
export async function findLack(run: RuleContext['run'], type?: string): Promise<string | undefined> {
  const { exitCode, stdout } = await run(LACK, type === undefined ? [] : [type]);
  return exitCode === 0 && stdout !== '' ? stdout.trim() : undefined;
}
