#!/bin/sh
# The driver virtio_pmem is taken off its device and put back, with all that libnvdimm made of it, while the block device
# is read and written.
. "${0%/*}/lib.sh"
driver=/sys/bus/virtio/drivers/virtio_pmem
[ -e $driver/unbind ] || skip "the kernel has no $driver/unbind"
device=$(readlink -f "/sys/bus/nd/devices/$REGION" | grep -o '/virtio[0-9]*/' | tr -d /)
[ -n "$device" ] || fail "no virtio device stands behind $REGION"
defer "[ -e $driver/$device ] || echo $device > $driver/bind; udevadm settle --timeout=20"
repeat write write_device
repeat read read_device

cycles=0
start_clock
while running; do
	echo "$device" > $driver/unbind || fail "unbind of $device was refused"
	echo "$device" > $driver/bind || fail "bind of $device was refused"
	cycles=$((cycles + 1))
	sleep 0.3
done
stop_loops
count cycle $cycles
loop_count write
loop_count read
