#!/bin/sh
# The namespace is disabled and enabled again while the block device on it is read and written.
. "${0%/*}/lib.sh"
need ndctl ndctl
defer "ndctl enable-namespace $NAMESPACE"
if [ "$MODE" != devdax ]; then
	repeat write write_device
	repeat read read_device
fi
repeat list ndctl list -RNDi

cycles=0
start_clock
while running; do
	must ndctl disable-namespace "$NAMESPACE"
	must ndctl enable-namespace "$NAMESPACE"
	cycles=$((cycles + 1))
	# The readers and writers get their turn.
	sleep 0.2
done
stop_loops
count cycle $cycles
[ "$MODE" = devdax ] || { loop_count write; loop_count read; }
loop_count list
