import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
need ndctl ndctl
list=/sys/class/block/$(basename "$DEVICE")/badblocks
# What the firmware can do, of the kernel's own list. Bits 7 to 9 inject errors, take them back and list them.
for bus in /sys/bus/nd/devices/ndbus*; do
	mask=$(cat $bus/nfit/dsm_mask 2> /dev/null) || mask=0
	echo "$bus: $(cat $bus/provider), dsm_mask $mask"
	[ $((mask & 0x380)) = 0 ] || skip 'the firmware can inject errors'
done
inject() { # NAME OPTION...
	local name=$1
	shift
	if sabotaged no-fault; then said_so= status=0; else said_so=$(ndctl inject-error "$@" "$NAMESPACE" 2>&1); status=$?; fi
	echo "status $status: $said_so"
	saw "$name is refused" "$([ $status != 0 ] && echo yes || echo no)"
	saw "$name says" "$(echo "$said_so" | sed -n "s/^$NAMESPACE: //p")"
}
inject 'an error' --block=64 --count=8
inject 'the status' --status
inject 'an error that is taken back' --uninject --block=64 --count=8
if sabotaged stray-write; then
	defer "ndctl disable-namespace $NAMESPACE; ndctl enable-namespace $NAMESPACE; settle"
	echo '64 8' > "$list"
fi
saw 'entries of badblocks' "$(wc -l < "$list")"
saw 'media errors that ndctl lists' "$(ndctl list -N -n "$NAMESPACE" --media-errors | grep -c '"block":')"
saw 'a read of the block' "$(try dd if="$DEVICE" of=/dev/null bs=4096 skip=8 count=1 iflag=direct)"
`;

const UNSUPPORTED = 'error injection not supported';

/** Errors that firmware would inject. */
export const INJECT_ERROR: Rule = {
  id: 'inject-error',
  title: 'Where the firmware cannot inject errors, `ndctl inject-error` says so, and no block turns bad',
  rule:
    'The firmware of an NVDIMM may have commands that inject errors, which the kernel then finds by a scrub. The ' +
    'emulated NVDIMM has none of them; virtio-pmem and e820 have no firmware. ndctl must then refuse in words and by ' +
    'its status, and badblocks and the data stay as they were.',
  source: 'ndctl: ndctl_bus_has_error_injection(); drivers/acpi/nfit/core.c: acpi_nfit_init_dsms()',
  look: 'dsm_mask of the bus in sysfs, and acpi_check_dsm() that fills it',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: [],
  rows: [
    {
      sees: {
        'an error is refused': true,
        'an error says': UNSUPPORTED,
        'the status is refused': true,
        'the status says': UNSUPPORTED,
        'an error that is taken back is refused': true,
        'an error that is taken back says': UNSUPPORTED,
        'entries of badblocks': 0,
        'media errors that ndctl lists': 0,
        'a read of the block': 'ok',
      },
      because: 'the bus has no command that injects errors',
    },
  ],
  seconds: 3,
  mutations: [
    { by: 'no-fault', what: 'no injection is asked for' },
    { by: 'stray-write', what: 'a bad block is added by hand' },
  ],
  observe: async (context) => observeScript(context, SCRIPT),
};
