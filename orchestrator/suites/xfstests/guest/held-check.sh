# Runs one test of an xfstests tree by a `check` that stands still before each of its tests (hold.sh). Run by bash in the guest:
#   held-check.sh run NAME...  runs the test NAME. It starts `check` for all of them, unless one already stands before NAME
#   held-check.sh stop         ends a `check` that stands before a test
#   held-check.sh can          exits with 0 if this tree's `check` can be held
# Prints what `check NAME` would say until its summary, and behind a line `@state` whether it is held, before which test, and
# what it has counted; or with which status it has ended, which then is this script's.
dir=${0%/*}
results=$dir/results
cd "$dir/held" || exit

can() {
	grep -qF '$LOGGER_PROG "run xfstest ' ../tree/check && grep -qF -e --exact-order ../tree/check
}

lives() {
	[ -f pid ] && kill -0 "$(< pid)" 2> /dev/null
}

# Waits until it stands before a test, or has ended.
await() {
	mapfile -t state < state
	printf '%s\n' "${state[@]}" > last
}

stop() {
	# Not one that somebody has killed meanwhile: it reads no answer.
	if lives; then
		echo stop > answer
		await
	fi
	rm -f pid
}

start() {
	rm -rf "${results:?}"/*
	rm -f state answer
	mkfifo state answer
	: > said
	: > errors
	can && set -- --exact-order "$@"
	# It outlives this call.
	HOST_OPTIONS=$dir/hold.sh setsid bash -c 'cd "$0/tree" && ./check "$@"; echo "ended $?" > "$0/held/state"' "$dir" "$@" \
		>> said 2>> errors < /dev/null &
	echo $! > pid
	await
	# Its configuration, which it says once, without the name of the test before which it stands.
	sed '$d' said > head
}

case $1 in
can)
	can
	exit
	;;
stop)
	stop
	exit
	;;
esac
shift

[ ! -f last ] || mapfile -t state < last
# After a failure the next test gets one of its own: older ones do not look at the file systems then.
if lives && [ "${state[0]}" = "held $1" ] && [ "${state[1]}" = 'failed ' ]; then
	# What the test before left is copied by now; it may have filled the disk.
	rm -rf "${results:?}"/*/*
else
	stop
	# Of a listed test that has no file check makes one without a name, which then fails or passes.
	if [ ! -f "../tree/tests/$1" ]; then
		echo "$1 - no such test?"
		exit 1
	fi
	for name; do
		[ ! -f "../tree/tests/$name" ] || set -- "$@" "$name"
		shift
	done
	start "$@"
fi

if [ "${state[0]}" = "held $1" ]; then
	: > said
	: > errors
	echo run > answer
	await
	cat head
	printf '%s ' "$1"
fi
cat said
cat errors >&2
printf '\n@state\n'
cat last
case ${state[0]} in
held*) exit 0 ;;
esac
rm -f pid
exit "${state[0]#ended }"
