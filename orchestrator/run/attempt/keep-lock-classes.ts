import { lockClassList } from '../../model/lock-class-list.ts';
import type { CellRecord } from './attempt-environment.ts';
import type { BootedGuest } from '../guest/guest-slot.ts';
import { messageOf } from '../../model/message-of.ts';

/**
 * /proc/lockdep has for each class a line with its key, the counts of its dependencies, its usage and its name. Below
 * it stands a line for each lock that was taken under it: `l_show` of kernel/locking/lockdep_proc.c. Filtered in the
 * guest, half a megabyte becomes twenty kilobytes.
 */
const LIST_CLASSES = String.raw`sed -nE 's/^[0-9a-f]+ .*[-.+?]{4,}: //p' /proc/lockdep | sort -u`;
const TIMEOUT_MS = 60_000;

/**
 * Keeps the names of all lock classes that lockdep has met in a guest as a file of the cell, and gives its path in the
 * run folder. Kernels are compared by them. Nothing on a kernel without PROVE_LOCKING. A list that cannot be read fails
 * nothing.
 */
export async function keepLockClasses(
  { guest, observer }: Pick<BootedGuest, 'guest' | 'observer'>,
  { cell, ordinal }: { readonly cell: string; readonly ordinal: number },
  { artifacts, log }: Pick<CellRecord, 'artifacts' | 'log'>,
): Promise<string | undefined> {
  if (!observer.lockdep) return undefined;
  try {
    const { stdout, exitCode } = await guest.exec(LIST_CLASSES, { timeoutMs: TIMEOUT_MS });
    if (exitCode !== 0 || stdout === '') return undefined;
    return await artifacts.put(lockClassList(ordinal), stdout);
  } catch (error) {
    log(`${cell}: the lock classes could not be kept: ${messageOf(error)}`);
    return undefined;
  }
}
