#!/bin/sh
# The namespace is disabled and enabled again while the block device on it is read and written.
. "${0%/*}/lib.sh"
need ndctl ndctl
defer "ndctl enable-namespace $NAMESPACE"
away() {
	must ndctl disable-namespace "$NAMESPACE"
}
back() {
	must ndctl enable-namespace "$NAMESPACE"
}
repeat list ndctl list -RNDi
come_and_go
loop_count list
