#!/bin/sh
# A device-mapper target over the device: created, loaded anew, suspended, resumed and removed while a load runs on it.
# $TARGET is linear, log-writes or writecache.
. "${0%/*}/lib.sh"
need dmsetup dmsetup
need fio fio
dm() {
	dmsetup --noudevsync "$@"
}

modprobe -q "dm-$TARGET" 2> /dev/null
option=$(echo "$TARGET" | tr a-z- A-Z_)
[ "$TARGET" = linear ] && option=BLK_DEV
modprobe -q dm-mod 2> /dev/null
targets=$(dm targets 2> "$work/dm.log") || skip "the kernel has no device mapper (CONFIG_BLK_DEV_DM): $(tail -n 1 "$work/dm.log")"
echo "$targets" | grep -q "^$TARGET " || skip "the kernel has no device-mapper target $TARGET (CONFIG_DM_$option)"

sectors=$(blockdev --getsz "$DEVICE")
# In whole 2 MiB, as DAX wants it.
half=$((sectors / 2 / 4096 * 4096))

# By number: udev's rules may or may not make names below /dev/mapper.
node() {
	echo "/dev/dm-$(dm info -c --noheadings -o minor "$1")"
}
# udev may have a look at the device just then.
remove() {
	dm info "$1" > /dev/null 2>&1 || return 0
	dm resume "$1"
	dm remove --retry "$1"
}
defer 'remove pmemrig-low; remove pmemrig-high'
defer 'remove pmemrig-top'

must dm create pmemrig-low --table "0 $half linear $DEVICE 0"
must dm create pmemrig-high --table "0 $half linear $DEVICE $half"
low=$(node pmemrig-low)
high=$(node pmemrig-high)
create_top() {
	# A superblock of zeros asks writecache to make a new cache.
	dd if=/dev/zero of="$high" bs=4k count=1 oflag=direct conv=nocreat,fsync && dm create pmemrig-top --table "$table"
}
# Some kernels lose the end of a read that begins in the cache, goes on in the origin and ends in the cache: the third of three
# blocks is then never read (docs/lockdep-suite.md). No file system bears that.
loses_reads() {
	dd if=/dev/zero bs=4k count=1 2> /dev/null | tr '\0' c > "$work/block"
	for block in 0 2; do must dd if="$work/block" of="$1" bs=4k seek=$block oflag=direct conv=nocreat; done
	must dd if="$1" of="$work/read" bs=12k count=1 iflag=direct
	[ "$(tail -c 4096 "$work/read" | tr -d c | wc -c)" != 0 ]
}
use_fs=${MKFS:+yes}
case $TARGET in
linear) table="0 $half linear $low 0" ;;
log-writes) table="0 $half log-writes $low $high" ;;
writecache)
	table="0 $half writecache p $low $high 4096 0"
	# As memory it wants a device whose stores are flushed at once; virtio-pmem is refused, and serves as a disk.
	if create_top > "$work/dm.log" 2>&1; then
		if loses_reads "$(node pmemrig-top)"; then
			echo 'reads of this writecache lose blocks: no file system is put on it'
			use_fs=
		fi
		remove pmemrig-top
	else
		table="0 $half writecache s $low $high 4096 0"
	fi
	;;
esac
# Alone first, so that creation meets removal often.
created=0
start_clock 30
while running; do
	must create_top
	must dd if=/dev/zero of="$(node pmemrig-top)" bs=64k count=8 oflag=direct conv=nocreat,fsync
	must dm suspend pmemrig-top
	must remove pmemrig-top
	created=$((created + 1))
done

must create_top
top=$(node pmemrig-top)
where=--filename=$top
# mkfs.xfs wants 300 MiB.
if [ -n "$use_fs" ] && { [ "$FS_TYPE" != xfs ] || [ "$half" -ge 614400 ]; }; then
	options=$FS_OPTIONS
	# Neither log-writes nor writecache does DAX on every kernel.
	[ "$TARGET" = linear ] && [ "$MODE" = fsdax ] || options=$(echo ",$options," | sed 's/,dax[^,]*,/,/g; s/^,*//; s/,*$//')
	make_fs "$top" "$options"
	where=--directory=$mnt
fi
runtime=$(((SECONDS_LONG * 70 + 99) / 100))
fio_start load --ioengine=psync --rw=randrw --bs=4k --size=8M --fallocate=none --fsync=4 --numjobs=4 --time_based --runtime=$runtime "$where"
# A fio that waits on a suspended device could not even be killed.
defer 'dm resume pmemrig-top'
suspends=0
start_clock 70
while running; do
	must dm suspend pmemrig-top
	[ "$TARGET" != linear ] || must dm load pmemrig-top --table "$table"
	must dm resume pmemrig-top
	must dm suspend --nolockfs --noflush pmemrig-top
	must dm status pmemrig-top
	must dm resume pmemrig-top
	suspends=$((suspends + 2))
done
fio_must load
count create $created
count suspend $suspends
count read "$(fio_ops load read)"
count write "$(fio_ops load write)"
count fsync "$(fio_ops load sync)"
