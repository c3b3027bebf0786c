import type { Guest } from '../../model/guest.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import type { SetUpContext } from './set-up-step.ts';

/**
 * Prints what an exercise must leave as it was: each device's size and DAX, the namespaces but for their UUIDs, and
 * what they are used for. They may be mounted, mapped by device mapper, or turned into memory.
 */
const STATE_SCRIPT = String.raw`
udevadm settle --timeout=20
for device; do
  node=${'$'}{device##*/}
  size=; dax=; read -r size 2> /dev/null < /sys/class/block/$node/size || read -r size 2> /dev/null < /sys/bus/dax/devices/$node/size
  read -r dax 2> /dev/null < /sys/class/block/$node/queue/dax
  [ -e "$device" ] && here=there || here=gone
  echo "$device $here size ${'$'}{size:-unknown} dax ${'$'}{dax:--}"
done
ndctl list -N 2> /dev/null | sed -n 's/^ *\("\(dev\|mode\|map\|size\|sector_size\|blockdev\|chardev\)":.*[^,]\),*$/\1/p' | sort
grep -E '^/dev/(pmem|dm-|mapper/)' /proc/mounts
for map in /sys/block/dm-*; do [ -e "$map" ] && echo "device mapper ${'$'}{map##*/}"; done
grep -F '(kmem)' /proc/iomem
true`;

/** The devices' state as text, fit only for comparison. Undefined past the slot "setup". */
export async function readDeviceState({ guest, timeoutScale }: SetUpContext): Promise<string | undefined> {
  const { exitCode, stdout } = await guest.exec(stateCommand(guest), { timeoutMs: TIMEOUTS_MS.setup * timeoutScale });
  return exitCode === 0 ? stdout : undefined;
}

function stateCommand({ devices }: Pick<Guest, 'devices'>): readonly string[] {
  return ['sh', '-c', STATE_SCRIPT, 'sh', ...devices.map(({ path }) => path)];
}

/** What is no longer as it was, in the state's own lines; empty if nothing. */
export function compareStates(before: string, after: string): string[] {
  const [had, has] = [before.split('\n'), after.split('\n')];
  return [...subtract(had, has).map((line) => `gone: ${line}`), ...subtract(has, had).map((line) => `new: ${line}`)];
}

/** Lines may occur twice: two devices of one size. */
function subtract(from: readonly string[], what: readonly string[]): string[] {
  const left = [...from];
  for (const line of what) {
    const index = left.indexOf(line);
    if (index !== -1) left.splice(index, 1);
  }
  return left;
}
