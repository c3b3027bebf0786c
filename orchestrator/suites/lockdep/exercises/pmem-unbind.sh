#!/bin/sh
# The driver nd_pmem is taken off its device and put back while the block device is read and written.
. "${0%/*}/lib.sh"
unbind_from /sys/bus/nd/drivers/nd_pmem
device=$(readlink -f "/sys/class/block/$NODE/device")
device=${device##*/}
[ -e "$driver/$device" ] || fail "$device, which $NODE belongs to, is not bound to nd_pmem"
defer "[ -e /sys/class/block/$NODE ] || echo $device > $driver/bind"
come_and_go
