/** Words for scripts: make the first device a device-DAX node, $name, and it or another such node memory. */
export const MAKE_MEMORY = String.raw`
memory() { sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo; }
make_memory() { try daxctl reconfigure-device -m system-ram "$1"; }
need_kmem() {
	need daxctl daxctl
	modprobe -q kmem
	[ -d /sys/bus/dax/drivers/kmem ] || skip 'the kernel cannot make memory of a device-DAX node (CONFIG_DEV_DAX_KMEM)'
	[ -d /sys/devices/system/node ] || skip 'the kernel has no nodes of memory, by which daxctl finds it (CONFIG_NUMA)'
	online=/sys/devices/system/memory/auto_online_blocks
	[ -w $online ] || skip 'the kernel cannot add memory (CONFIG_MEMORY_HOTPLUG)'
	defer "echo $(cat $online) > $online"
	# daxctl refuses where the kernel puts the memory on-line before it can.
	echo offline > $online
}
remake_devdax() {
	remake devdax
	name=$(basename "$node")
}
`;
