import { ioErrors } from '../../shared/rules/io-errors.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
m=$top/m
name=$(basename "$DEVICE")
case $DRIVER in
virtio_pmem)
	driver=/sys/bus/virtio/drivers/virtio_pmem
	bound=$(readlink -f "/sys/bus/nd/devices/$REGION" | sed -n 's#.*/\(virtio[0-9]*\)/.*#\1#p')
	;;
nd_pmem)
	# The namespace, or the device that its information block makes of it.
	driver=/sys/bus/nd/drivers/nd_pmem
	bound=$(readlink -f "/sys/class/block/$name/device" | sed 's#.*/##')
	;;
esac
[ -e "$driver/$bound" ] || die "$bound is not bound to $driver"
unbind() { sabotaged no-fault && echo ok || { echo "$bound" > $driver/unbind && echo ok || echo failed; }; }
bind() { [ -e "$driver/$bound" ] || echo "$bound" > $driver/bind; settle; }
wait_for() { # COMMAND...
	for tenth in $(seq 100); do
		"$@" && return
		sleep 0.1
	done
	return 1
}
defer bind
mkfs_on ext4 "$DEVICE" || die 'mkfs.ext4 failed'
mount_on ext4 "$DEVICE" dax=always $m || die 'it does not mount'
must xfs_io -f -c 'pwrite -q -S 0x61 0 1m' -c fsync $m/file
was=$(md5sum < $m/file)
case $CASE in idle) umount $m ;; esac
case $CASE in
io)
	for job in 1 2; do
		(while xfs_io -f -c 'pwrite -q 0 256k' -c fsync $m/load$job; do :; done) > /dev/null 2>&1 &
	done
	sleep 1
	;;
esac
saw 'unbind' "$(unbind)"
case $CASE in io) wait_for sh -c '! pgrep xfs_io > /dev/null' && saw 'the load ends' yes || saw 'the load ends' no ;; esac
saw 'the device is there' "$([ -b "$DEVICE" ] && echo yes || echo no)"
case $CASE in
idle) ;;
*)
	# A file that no cache holds.
	saw 'a new file with fsync' "$(try xfs_io -f -c 'pwrite -q 0 4k' -c fsync $m/new | sed 's/^failed.*/EIO/; s/EROFS/EIO/')"
	umount $m 2> /dev/null
	saw 'it is still mounted' "$(grep -q " $m " /proc/mounts && echo yes || echo no)"
	;;
esac
bind
saw 'the device is there after bind' "$(wait_for test -b "$DEVICE" && echo yes || echo no)"
saw 'fsck' "$(fsck.ext4 -p -f "$DEVICE" > /dev/null 2>&1; [ $? -le 1 ] && echo clean || echo broken)"
mount_on ext4 "$DEVICE" dax=always $m || die 'it does not mount after bind'
saw 'the data is as synced' "$([ "$(md5sum < $m/file)" = "$was" ] && echo yes || echo no)"
`;

const BACK = {
  unbind: 'ok',
  'the device is there': false,
  'the device is there after bind': true,
  fsck: 'clean',
  'the data is as synced': true,
} as const;
const MOUNTED = { ...BACK, 'a new file with fsync': 'EIO', 'it is still mounted': false } as const;

const RULE = {
  rule:
    'The driver may be unbound from the device at any time, as a hot removal does it. Nobody waits for ever: what ' +
    'runs on a file system there fails, a load ends, umount works. When the driver is bound again the device is ' +
    'back, fsck finds the file system clean, and what fsync(2) had acknowledged is there.',
  look: 'kill_dax() and dax_holder_notify_failure() in drivers/dax/super.c, and del_gendisk()',
  cases: ['idle', 'mounted', 'io'],
  needs: [],
  rows: [
    { where: { cases: ['idle'] }, sees: BACK, because: 'nothing uses the device' },
    { where: { cases: ['io'] }, sees: { ...MOUNTED, 'the load ends': true }, because: 'each call fails' },
    { sees: MOUNTED, because: 'the file system has lost its device' },
  ],
  seconds: 5,
  mutations: [{ by: 'no-fault', what: 'the driver stays bound' }],
  forgives: ioErrors('the file system has lost its device'),
} as const satisfies Partial<Rule>;

/** The driver of pmem is taken from its device. */
export const REMOVAL: Rule = {
  ...RULE,
  id: 'removal',
  title: 'Unbinding the driver of pmem gives errors, never a hang or an oops, and bind brings the data back',
  source: 'drivers/nvdimm/pmem.c: nd_pmem_remove(), pmem_release_disk()',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  observe: async (context) => observeScript(context, SCRIPT, { env: { DRIVER: 'nd_pmem' } }),
};

/** The driver of the virtio device is taken from it. */
export const REMOVAL_VIRTIO: Rule = {
  ...RULE,
  id: 'removal-virtio',
  title: 'Unbinding virtio_pmem gives errors, never a hang or an oops, and bind brings the data back',
  source: 'drivers/nvdimm/virtio_pmem.c: virtio_pmem_remove()',
  devices: ['virtio-pmem'],
  observe: async (context) => observeScript(context, SCRIPT, { env: { DRIVER: 'virtio_pmem' } }),
};
