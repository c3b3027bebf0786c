import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript, runScript } from '../observe-script.ts';
import { plugPmem } from '../plug-pmem.ts';

const SWITCH = '/sys/bus/virtio/drivers_autoprobe';

const SCRIPT = String.raw`
defer "echo 1 > ${SWITCH}"
region_at() {
	for region in /sys/bus/nd/devices/region*; do
		[ "$(cat "$region/resource" 2> /dev/null)" = "$ADDRESS" ] && basename "$region"
	done
}
# The device comes a moment after it was plugged in.
for tenth in $(seq 100); do
	new=$(ls /sys/bus/virtio/devices | grep -vxF "$BEFORE" | head -n 1)
	[ -z "$new" ] || break
	sleep 0.1
done
[ -n "$new" ] || die 'the device did not come'
settle
sleep 1
saw 'the new device has a driver' "$([ -e "/sys/bus/virtio/devices/$new/driver" ] && echo yes || echo no)"
saw 'it has a region' "$([ -n "$(region_at)" ] && echo yes || echo no)"
echo "$new" > /sys/bus/virtio/drivers/virtio_pmem/bind
saw 'it has a driver after bind' "$([ -e "/sys/bus/virtio/devices/$new/driver" ] && echo yes || echo no)"
node_at "$ADDRESS"
defer "ndctl disable-region $region"
saw 'then it has a block device' "$([ -b "$found" ] && echo yes || echo no)"
`;

/** A device that nobody has let in. */
export const AUTHORISATION: Rule = {
  id: 'authorisation',
  title: 'With drivers_autoprobe off, a virtio-pmem device that is plugged in stays without a driver until it is bound',
  rule:
    'A bus with drivers_autoprobe off lets new devices in without a driver. A virtio-pmem device that is then ' +
    'plugged in has no driver, no region and no block device, until someone writes its name to the bind file of the ' +
    'driver.',
  source: 'drivers/base/bus.c: bus_probe_device(), drivers_autoprobe_store()',
  look: 'bus_probe_device(), which asks sp->drivers_autoprobe',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: [],
  rows: [
    {
      sees: {
        'the new device has a driver': false,
        'it has a region': false,
        'it has a driver after bind': true,
        'then it has a block device': true,
      },
      because: 'nobody had let it in',
    },
  ],
  seconds: 5,
  mutations: [{ by: 'no-fault', what: 'drivers_autoprobe stays on' }],
  async observe(context) {
    const before = await runScript(
      context,
      String.raw`
modprobe -q virtio_pmem
[ -d /sys/bus/virtio/drivers/virtio_pmem ] || skip 'the kernel has no virtio-pmem (CONFIG_VIRTIO_PMEM)'
sabotaged no-fault || echo 0 > ${SWITCH}
ls /sys/bus/virtio/devices`,
    );
    return observeScript(context, SCRIPT, {
      env: { ADDRESS: await plugPmem(context, 'virtio-pmem'), BEFORE: before.trim() },
    });
  },
};
