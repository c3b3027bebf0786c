#!/bin/sh
# The whole region is disabled and enabled again, with what is made of it, while the block device is read and written.
. "${0%/*}/lib.sh"
need ndctl ndctl
defer "ndctl enable-region $REGION"
away() {
	must ndctl disable-region "$REGION"
}
back() {
	must ndctl enable-region "$REGION"
}
repeat list ndctl list -RNDi
come_and_go
loop_count list
