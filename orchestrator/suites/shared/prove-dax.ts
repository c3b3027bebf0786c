import { posix } from 'node:path';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { lastLines } from '../../model/last-lines.ts';
import type { SetUpContext } from './set-up-step.ts';

/** STATX_ATTR_DAX of linux/stat.h. */
const STATX_ATTR_DAX = 0x0020_0000n;

export type DaxProof =
  | { readonly active: true }
  | { readonly active: false; readonly status: 'fail' | 'hang'; readonly message: string; readonly evidence: string };

/**
 * Creates `file` unless it is there and asks the kernel, by statx(2), whether it is in DAX state. The mount options are
 * no proof: XFS turns DAX off with no more than a kernel message where the device lacks it.
 */
export async function proveDax({ guest, timeoutScale }: SetUpContext, file: string): Promise<DaxProof> {
  const timeoutMs = TIMEOUTS_MS.setup * timeoutScale;
  const result = await guest.exec(['xfs_io', '-f', '-c', 'statx -r', file], { timeoutMs });
  const attributes = parseStatxAttributes(result.stdout);
  if (attributes !== undefined && (attributes & STATX_ATTR_DAX) !== 0n) return { active: true };
  const why = await guest.exec(
    ['sh', '-c', 'findmnt -n --target "$1"; dmesg | grep DAX | tail -n 5', 'sh', posix.dirname(file)],
    { timeoutMs },
  );
  const statx = result.stdout
    .split('\n')
    .filter((line) => line.startsWith('stat.attributes'))
    .join('\n');
  const evidence = lastLines(
    [result.stderr, statx, why.stdout]
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .join('\n'),
    40,
  );
  if (result.timedOut)
    return {
      active: false,
      status: 'hang',
      message: `xfs_io did not say within ${timeoutMs / 1000} s whether DAX is active on ${file} (the limit for setting up)`,
      evidence,
    };
  if (attributes !== undefined)
    return {
      active: false,
      status: 'fail',
      message: `DAX is not active on ${file} (STATX_ATTR_DAX not set)`,
      evidence,
    };
  const reason =
    result.exitCode === 127
      ? 'xfs_io is not in the guest: add xfsprogs to the image'
      : 'xfs_io gave no statx attributes';
  return { active: false, status: 'fail', message: `DAX could not be proved on ${file}: ${reason}`, evidence };
}

/** The mask in `xfs_io -c 'statx -r'`'s line `stat.attributes = 0x200000`. */
function parseStatxAttributes(output: string): bigint | undefined {
  const hex = /^stat\.attributes = (0x[\da-f]+)$/m.exec(output)?.[1];
  return hex === undefined ? undefined : BigInt(hex);
}
