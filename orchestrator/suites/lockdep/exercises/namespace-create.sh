#!/bin/sh
# Namespaces of every mode are made in a labelled region, two at a time, used, disabled, enabled and destroyed.
. "${0%/*}/lib.sh"
need ndctl ndctl
sys=/sys/bus/nd/devices/$REGION
restore() {
	ndctl destroy-namespace -f -r "$REGION" all
	# Numbers are given anew when the region comes up again.
	ndctl disable-region "$REGION"
	ndctl enable-region "$REGION"
	restore_namespace -r "$REGION"
}
defer restore
repeat list ndctl list -RNDi

echo $((2 << 20)) > "$sys/align" 2> /dev/null
half=$(($(cat "$sys/size") / 2 / (2 << 20) * (2 << 20)))
create() { # mode
	case $1 in
	fsdax | devdax) ndctl create-namespace -r "$REGION" -m "$1" -M mem -s $half ;;
	*) ndctl create-namespace -r "$REGION" -m "$1" -s $half ;;
	esac
}
must ndctl destroy-namespace -f -r "$REGION" all
[ "$(cat "$sys/nstype")" != 4 ] || skip "$REGION came up without labels, and cannot hold more than one namespace"

created=0 tried=0 cycles=0
set -- fsdax sector devdax raw
start_clock
while running; do
	first=$1
	shift
	set -- "$@" "$first"
	# Both at once. ndctl looks for room before it takes it, so that either may be refused; the kernel must not mind.
	create "$first" > "$work/create.log" 2>&1 &
	other=$!
	create "$1" > "$work/create.2.log" 2>&1 && created=$((created + 1))
	wait $other && created=$((created + 1))
	tried=$((tried + 2))
	for namespace in $(ndctl list -N -r "$REGION" | sed -n 's/.*"dev":"\(.*\)".*/\1/p'); do
		must ndctl disable-namespace "$namespace"
		must ndctl enable-namespace "$namespace"
		cycles=$((cycles + 1))
	done
	must ndctl destroy-namespace -f -r "$REGION" all
done
stop_loops
count create $created
echo "of $tried asked for"
count cycle $cycles
loop_count list
