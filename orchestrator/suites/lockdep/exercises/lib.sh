# Sourced by every exercise, in the guest's /bin/sh. What the rig reads of an exercise:
#   exit status 0   it came to its end, and passes if every count is above zero
#   exit status 4   the kernel or the image cannot do it; the last line says why
#   else            it failed; the last line that begins with "FAIL: " says why
#   count NAME N    a line for each kind of work, with how often it was done
# What an exercise gets: $DEVICE $NODE (pmem0) $MODE $NAMESPACE $REGION $SECONDS_LONG, and where the cell
# has a file system $MKFS $FS_TYPE $FS_OPTIONS.
set -u
export LC_ALL=C
ulimit -c 0
work=/run/pmemrig/lockdep/work
mnt=/mnt/pmemrig-lockdep
sector_size=$(cat "/sys/class/block/$NODE/queue/logical_block_size" 2> /dev/null)
rm -rf "$work"
mkdir -p "$work" "$mnt"

fail() {
	echo "FAIL: $*"
	exit 1
}

skip() {
	echo "$*"
	exit 4
}

count() {
	echo "count $1 $2"
}

need() { # program package
	command -v "$1" > /dev/null || skip "the guest has no $1: add the package $2 to the image"
}

# Runs a command that must succeed; its own words are the reason if it does not.
must() {
	said=$("$@" 2>&1) || fail "$*: exit status $?: $(echo "$said" | tail -n 3 | tr '\n' ' ')"
}

# What cleans up, last first; an exercise that fails half-way cleans up too.
undo=:
defer() {
	undo="$1
$undo"
}
clean_up() {
	status=$?
	trap - EXIT
	: > "$work/stop"
	eval "$undo" > "$work/undo.log" 2>&1
	exit $status
}
trap clean_up EXIT
trap 'exit 143' HUP INT TERM
trap '' PIPE

uptime_s() {
	read -r up _ < /proc/uptime
	up=${up%.*}
}

# `start_clock 50; while running` lasts half of the exercise's time.
start_clock() {
	uptime_s
	end=$((up + (SECONDS_LONG * ${1:-100} + 99) / 100))
}
running() {
	uptime_s
	[ "$up" -lt "$end" ]
}

# A loop in the background until `stop_loops`: `repeat NAME COMMAND…`, whose successes become the count NAME.
repeat() {
	name=$1
	shift
	(
		trap - EXIT HUP INT TERM
		done=0
		echo 0 > "$work/$name.count"
		while [ ! -e "$work/stop" ]; do
			"$@" > /dev/null 2>&1 && done=$((done + 1)) && echo $done > "$work/$name.count"
		done
	) &
	loops="${loops-} $! "
}
stop_loops() {
	: > "$work/stop"
	for loop in ${loops-}; do wait "$loop"; done
	loops=
	rm -f "$work/stop"
}
loop_count() {
	count "$1" "$(cat "$work/$1.count" 2> /dev/null || echo 0)"
}

# fio in the background: `fio_start NAME WORDS…`; `fio_wait NAME` gives its exit status.
fio_start() {
	job=$1
	shift
	fio --output-format=json --output="$work/$job.json" --name="$job" --group_reporting --thread --randrepeat=0 "$@" > "$work/$job.out" 2>&1 &
	eval "fio_$job=$!"
	defer "kill -TERM $! 2> /dev/null; wait $!"
}
fio_wait() {
	eval "wait \$fio_$1"
}
fio_must() {
	fio_wait "$1" || fail "fio ($1): $(cat "$work/$1.out" "$work/$1.json" 2> /dev/null | grep -m 2 -iE '^fio: |error' | tr '\n' ' ')"
}
# Operations of one kind, read, write or sync, over all of a job's sections.
fio_ops() { # NAME read|write|sync
	sed -n '/^{/,$p' "$work/$1.json" 2> /dev/null | awk -v want="$2" '
		$1 ~ /^"(read|write|trim|sync)"$/ { kind = $1; gsub(/"/, "", kind) }
		$1 == "\"total_ios\"" && kind == want { sub(/,/, "", $3); sum += $3 }
		END { print sum + 0 }'
}

# The cell's file system on the device, or on $1, mounted at $mnt with the cell's options, or those of $2.
make_fs() {
	target=${1-$DEVICE}
	must $MKFS "$target"
	must mount_fs "$target" "${2-$FS_OPTIONS}"
	defer 'unmount_all'
}
mount_fs() {
	mount -t "$FS_TYPE" ${2:+-o "$2"} "$1" "$mnt"
}
# A file system may be mounted more than once over, and busy for a moment.
unmount_all() {
	tries=0
	while grep -q " $mnt " /proc/mounts && [ $tries -lt 50 ]; do
		umount "$mnt" 2> /dev/null || sleep 0.2
		tries=$((tries + 1))
	done
	! grep -q " $mnt " /proc/mounts
}

# Back to the mode that the topology asks for; see guests/pmem/create-namespaces.ts for alignment and map. The words
# say which namespace, `-e NAMESPACE` for the one that is there.
restore_namespace() {
	echo $((2 << 20)) > "/sys/bus/nd/devices/$REGION/align" 2> /dev/null
	words="create-namespace -f ${*:--e $NAMESPACE} -m $MODE"
	case $MODE in fsdax | devdax) words="$words -M mem" ;; esac
	# A namespace that was a BTT keeps its sector size unless another is given. Not every mode and region takes one.
	ndctl $words ${sector_size:+-l "$sector_size"} || ndctl $words
	udevadm settle --timeout=20
}

# Writes to the device past the page cache, for as long as it is there: a node that is gone must not become a file.
write_device() {
	dd if=/dev/zero of="$DEVICE" bs=64k count=64 oflag=direct conv=nocreat,notrunc,fsync
}
read_device() {
	dd if="$DEVICE" of=/dev/null bs=64k count=64 iflag=direct
}

# For as long as the exercise lasts the device goes and comes back, by the exercise's own `away` and `back`, while it
# is read and written. Loops that were begun before end with it.
come_and_go() {
	if [ "$MODE" != devdax ]; then
		repeat write write_device
		repeat read read_device
	fi
	cycles=0
	start_clock
	while running; do
		away
		back
		cycles=$((cycles + 1))
		# The readers and writers get their turn.
		sleep 0.2
	done
	stop_loops
	count cycle $cycles
	[ "$MODE" = devdax ] || { loop_count write; loop_count read; }
}

# Makes `away` and `back` of a driver that is taken off its $device, which the exercise sets.
unbind_from() { # /sys/bus/BUS/drivers/NAME
	driver=$1
	[ -e "$driver/unbind" ] || skip "the kernel has no $driver/unbind"
	away() {
		echo "$device" > "$driver/unbind" || fail "unbind of $device was refused"
	}
	back() {
		echo "$device" > "$driver/bind" || fail "bind of $device was refused"
	}
}
