#!/bin/sh
# Sectors written through a BTT by more writers than it has lanes, and read at the same time.
. "${0%/*}/lib.sh"
need ndctl ndctl
need fio fio
device=$DEVICE
if [ "$MODE" != sector ]; then
	defer restore_namespace
	must ndctl create-namespace -f -e "$NAMESPACE" -m sector
	udevadm settle --timeout=20
	device=/dev/$(ndctl list -N -n "$NAMESPACE" | sed -n 's/.*"blockdev":"\(.*\)".*/\1/p')
fi
[ -b "$device" ] || fail "the sector namespace has no block device: $device"
common="--ioengine=psync --direct=1 --filename=$device --size=16M --time_based --runtime=$SECONDS_LONG"
fio_start write --rw=randwrite --bs=4k --fsync=16 --numjobs=12 $common
fio_start read --rw=randread --bs=4k --numjobs=4 $common
fio_must write
fio_must read
count write "$(fio_ops write write)"
count read "$(fio_ops read read)"
count fsync "$(fio_ops write sync)"
