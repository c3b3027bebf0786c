#!/bin/sh
# The whole region is disabled and enabled again, with what is made of it, while the block device is read and written.
. "${0%/*}/lib.sh"
need ndctl ndctl
defer "ndctl enable-region $REGION"
if [ "$MODE" != devdax ]; then
	repeat write write_device
	repeat read read_device
fi
repeat list ndctl list -RNDi

cycles=0
start_clock
while running; do
	must ndctl disable-region "$REGION"
	must ndctl enable-region "$REGION"
	cycles=$((cycles + 1))
	sleep 0.2
done
stop_loops
count cycle $cycles
[ "$MODE" = devdax ] || { loop_count write; loop_count read; }
loop_count list
