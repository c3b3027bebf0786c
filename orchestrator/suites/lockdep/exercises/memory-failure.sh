#!/bin/sh
# A page of a DAX file that processes have mapped is declared broken, while other files are written. The kernel must kill
# who maps it, and go on. The page stays poisoned: the guest is not to be used for anything after this.
. "${0%/*}/lib.sh"
need xfs_io xfsprogs
need fio fio
offline=/sys/devices/system/memory/hard_offline_page
[ -e $offline ] || skip "the kernel has no $offline (CONFIG_MEMORY_FAILURE)"
# Without it only a process that touches the page gets a signal, and only from hardware.
early_kill=/proc/sys/vm/memory_failure_early_kill
defer "echo $(cat $early_kill) > $early_kill"
echo 1 > $early_kill
make_fs
fio_start load --ioengine=mmap --rw=randrw --bs=4k --size=4M --directory="$mnt" --fsync=16 --numjobs=2 --time_based --runtime="$SECONDS_LONG"

# Maps a file, writes to it and waits; sets $holder.
map_file() { # name
	mkfifo "$work/$1"
	xfs_io -f "$mnt/$1" < "$work/$1" > "$work/$1.out" 2>&1 &
	holder=$!
	exec 3> "$work/$1"
	defer "exec 3>&-; kill -KILL $holder"
	printf 'pwrite -b 1m 0 2m\nmmap -rw 0 2m\nmwrite 0 2m\n' >&3
	tries=0
	until grep -q " $mnt/$1\$" "/proc/$holder/maps" 2> /dev/null; do
		sleep 0.1
		tries=$((tries + 1))
		[ $tries -lt 100 ] || fail "xfs_io did not map $1: $(tail -n 2 "$work/$1.out")"
	done
}
# Physical address of the mapping's first page; see Documentation/admin-guide/mm/pagemap.rst.
physical_address() { # pid name
	start=$(sed -n "s,^\([0-9a-f]*\)-.* $mnt/$2\$,\1,p" "/proc/$1/maps" | head -n 1)
	[ -n "$start" ] || fail "$2 is not mapped by process $1"
	tries=0
	# Until the first fault there is no page.
	while :; do
		entry=$(dd if="/proc/$1/pagemap" bs=8 skip=$((0x$start / 4096)) count=1 2> /dev/null | od -An -tx8 | tr -d ' ')
		# Bits 0 to 54; the whole would not fit the shell's signed numbers.
		page=$((0x${entry#??} & 0x7fffffffffffff))
		[ $page -eq 0 ] || break
		sleep 0.1
		tries=$((tries + 1))
		[ $tries -lt 50 ] || fail "the kernel does not show the page of $2"
	done
	address=$((page * 4096))
}

killed=0 poisoned=0
for name in one two three; do
	map_file $name
	physical_address $holder $name
	echo "poisoning the page at $(printf '0x%x' $address)"
	if echo $address > $offline; then poisoned=$((poisoned + 1)); fi 2> "$work/offline.log"
	tries=0
	while kill -0 $holder 2> /dev/null && [ $tries -lt 50 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	exec 3>&-
	wait $holder
	status=$?
	[ $status -le 128 ] || killed=$((killed + 1))
	echo "the process that mapped $name ended with status $status"
done
[ $poisoned -gt 0 ] || fail "$offline refused every page: $(tail -n 1 "$work/offline.log")"
fio_must load
count poisoned $poisoned
count killed $killed
count mmap-write "$(fio_ops load write)"
