#!/bin/sh
# Reads every file of nvdimm and dax in sysfs and debugfs, first while the device does I/O, then while it comes and goes.
. "${0%/*}/lib.sh"
need ndctl ndctl

# One find for all: a process costs more here than the reading does.
list_files() {
	find $(readlink -e /sys/bus/nd/devices/* /sys/bus/dax/devices/* /sys/class/nd/* /sys/class/dax/* /sys/class/block/pmem* \
		/sys/module/libnvdimm /sys/module/nd_* /sys/module/dax* /sys/module/nfit /sys/module/virtio_pmem \
		/sys/kernel/debug/btt /sys/kernel/debug/dax* /sys/kernel/debug/nfit* /sys/kernel/debug/nvdimm* /sys/kernel/debug/nd_* \
		/sys/kernel/debug/block/pmem* 2> /dev/null | sort -u) -type f -perm /0444 2> /dev/null
}
# Files come and go meanwhile; cat reports those that it could not read, one a line.
read_all() {
	list_files > "$work/files.$1"
	xargs -d '\n' -r cat < "$work/files.$1" 2> "$work/errors.$1" > /dev/null
	read_files=$(($(wc -l < "$work/files.$1") - $(wc -l < "$work/errors.$1")))
	echo $(($(cat "$work/read.$1" 2> /dev/null || echo 0) + read_files)) > "$work/read.$1"
}
readers() {
	repeat "round-1-$1" read_all 1
	repeat "round-2-$1" read_all 2
}

readers busy
start_clock 50
io=0
while running; do
	if [ "$MODE" = devdax ]; then
		must ndctl list -RN -D -d "$REGION"
	else
		write_device > "$work/io.log" 2>&1 || fail "write to $DEVICE: $(tail -n 1 "$work/io.log")"
		read_device > "$work/io.log" 2>&1 || fail "read of $DEVICE: $(tail -n 1 "$work/io.log")"
	fi
	io=$((io + 1))
done
stop_loops

defer "ndctl enable-namespace $NAMESPACE"
readers coming
start_clock 50
cycles=0
while running; do
	must ndctl disable-namespace "$NAMESPACE"
	must ndctl enable-namespace "$NAMESPACE"
	cycles=$((cycles + 1))
done
stop_loops
count io $io
count cycle $cycles
count file "$(($(cat "$work/read.1") + $(cat "$work/read.2")))"
for phase in busy coming; do
	loop_count round-1-$phase
	loop_count round-2-$phase
done
