#!/bin/sh
# The device becomes memory of the system, is filled, taken off-line and put on-line, and becomes a device again.
. "${0%/*}/lib.sh"
need ndctl ndctl
modprobe -q kmem 2> /dev/null
dax_bus=/sys/bus/dax/drivers
[ -d $dax_bus/kmem ] || skip "the kernel has no driver kmem (CONFIG_DEV_DAX_KMEM)"
if [ "$MODE" != devdax ]; then
	defer restore_namespace
	echo $((2 << 20)) > "/sys/bus/nd/devices/$REGION/align" 2> /dev/null
	must ndctl create-namespace -f -e "$NAMESPACE" -m devdax -M mem
fi
dax=$(ndctl list -N -n "$NAMESPACE" -D | sed -n 's/.*"chardev":"\(.*\)".*/\1/p' | head -n 1)
[ -n "$dax" ] || fail "$NAMESPACE has no device-DAX node"

# What `daxctl reconfigure-device` does; that refuses where drivers are built in and there is no modules.builtin.
use_driver() { # to from
	echo "$dax" > $dax_bus/"$2"/unbind || return 1
	echo "$dax" > $dax_bus/"$2"/remove_id 2> /dev/null
	# An id that is new binds its device.
	echo "$dax" > $dax_bus/"$1"/new_id 2> /dev/null
	[ -e "$dax_bus/$1/$dax" ] || echo "$dax" > $dax_bus/"$1"/bind
}
# daxctl finds memory through its NUMA node, which a kernel without NUMA has not.
blocks=/sys/devices/system/memory
all_blocks() { # online_movable|offline
	size=$((0x$(cat $blocks/block_size_bytes)))
	range=$(sed -n 's/^ *\([0-9a-f]*\)-\([0-9a-f]*\) : System RAM (kmem)$/0x\1 0x\2/p' /proc/iomem)
	[ -n "$range" ] || return 1
	block=$((${range% *} / size))
	while [ $block -le $((${range#* } / size)) ]; do
		# One that is in this state already refuses.
		echo "$1" > $blocks/memory$block/state 2> /dev/null || case $(cat $blocks/memory$block/state) in "${1%_*}") ;; *) return 1 ;; esac
		block=$((block + 1))
	done
}
# A kernel that puts new memory on-line by itself, as Debian's 7.2 does, chooses a zone that cannot go off-line again.
auto=$blocks/auto_online_blocks
if [ -w $auto ]; then
	defer "echo $(cat $auto) > $auto"
	echo offline > $auto
fi
defer "[ ! -e $dax_bus/kmem/$dax ] || use_driver device_dax kmem"
defer "[ ! -e $dax_bus/kmem/$dax ] || all_blocks offline"
defer "rm -f /dev/shm/pmemrig-fill"

memory() {
	sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo
}
before=$(memory)
cycles=0 online=0
start_clock
while running || [ $cycles -eq 0 ]; do
	must use_driver kmem device_dax
	must all_blocks online_movable
	[ "$(memory)" -gt "$before" ] || fail "MemTotal did not grow from $before kB"
	# Pages of files move when their block goes off-line.
	must dd if=/dev/zero of=/dev/shm/pmemrig-fill bs=1M count=48
	must all_blocks offline
	must all_blocks online_movable
	rm -f /dev/shm/pmemrig-fill
	must all_blocks offline
	must use_driver device_dax kmem
	cycles=$((cycles + 1)) online=$((online + 2))
done
count cycle $cycles
count online $online
