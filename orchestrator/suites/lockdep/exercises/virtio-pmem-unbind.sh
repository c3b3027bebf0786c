#!/bin/sh
# The driver virtio_pmem is taken off its device and put back, with all that libnvdimm made of it, while the block device
# is read and written.
. "${0%/*}/lib.sh"
unbind_from /sys/bus/virtio/drivers/virtio_pmem
device=$(readlink -f "/sys/bus/nd/devices/$REGION" | grep -o '/virtio[0-9]*/' | tr -d /)
[ -n "$device" ] || fail "no virtio device stands behind $REGION"
defer "[ -e $driver/$device ] || echo $device > $driver/bind; udevadm settle --timeout=20"
come_and_go
