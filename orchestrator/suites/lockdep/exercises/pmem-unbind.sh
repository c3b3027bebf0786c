#!/bin/sh
# The driver nd_pmem is taken off its device and put back while the block device is read and written.
. "${0%/*}/lib.sh"
driver=/sys/bus/nd/drivers/nd_pmem
[ -e $driver/unbind ] || skip "the kernel has no $driver/unbind"
device=$(readlink -f "/sys/class/block/$NODE/device")
device=${device##*/}
[ -e "$driver/$device" ] || fail "$device, which $NODE belongs to, is not bound to nd_pmem"
defer "[ -e /sys/class/block/$NODE ] || echo $device > $driver/bind"
repeat write write_device
repeat read read_device

cycles=0
start_clock
while running; do
	echo "$device" > $driver/unbind || fail "unbind of $device was refused"
	echo "$device" > $driver/bind || fail "bind of $device was refused"
	cycles=$((cycles + 1))
	sleep 0.2
done
stop_loops
count cycle $cycles
loop_count write
loop_count read
