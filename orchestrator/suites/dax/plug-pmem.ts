import { traitsOf } from '../../model/device-kinds.ts';
import type { RuleContext } from '../shared/rules/rule.ts';
import { plugOrSkip, showAddress } from './plug-or-skip.ts';

const SIZE_BYTES = 128 * 2 ** 20;

/**
 * Plugs a further pmem device in and gives its physical address, as sysfs writes it. QEMU does not take it out again, so
 * the script disables its region in the end. Rejects with RuleSkip where QEMU or the machine has no place for it.
 */
export async function plugPmem(context: RuleContext, kind: 'nvdimm' | 'virtio-pmem'): Promise<string> {
  return showAddress(
    await plugOrSkip(context, {
      kind,
      sizeBytes: SIZE_BYTES,
      ...(!traitsOf({ kind }).flushesByHost && { labelSizeBytes: 0 }),
    }),
  );
}

/** A word for scripts: waits for the device at OTHER_ADDRESS and gives it struct pages. Sets $other. */
export const PLUGGED_WORD = String.raw`
plugged() {
	node_at "$OTHER_ADDRESS"
	echo "the other device is $found of $region: $(readlink -f "/sys/bus/nd/devices/$region")"
	defer "ndctl disable-region $region"
	# An NVDIMM without labels comes up raw, without struct pages and DAX.
	if [ "$KIND" = virtio-pmem ]; then
		must ndctl create-namespace -f -e "namespace$(echo "$region" | tr -dc 0-9).0" -m fsdax -M mem
		settle
	fi
	other=$found
}
`;
