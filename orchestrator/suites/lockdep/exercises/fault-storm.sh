#!/bin/sh
# Page faults from many threads while the file is truncated and holes are punched into it. The lower half of the file is
# never cut off, so fio may map it; faults beyond the end are SIGBUS, which ends an xfs_io that is then started anew.
. "${0%/*}/lib.sh"
need fio fio
need xfs_io xfsprogs
make_fs

half=$((16 << 20))
file=$mnt/storm
must xfs_io -f -c "falloc 0 $((2 * half))" "$file"

punch() {
	xfs_io -c "fpunch 0 2m" -c "fpunch 5m 64k" -c "fpunch 8m 4m" -c "fpunch 3m 4k" -c "fpunch 12m 2m" -c "fpunch $half 4m" "$file"
}
cut() {
	xfs_io -c "truncate $half" -c "truncate $((2 * half))" -c "truncate $((half + (1 << 20)))" -c "truncate $((2 * half))" \
		-c "falloc $half $half" "$file"
}
# A SIGBUS is what is looked for as well as a fault that finds its page.
fault() {
	xfs_io -c "mmap -rw $half $half" -c "mwrite -S 0x5a $half 2m" -c "mread $half 2m" -c "msync $half 2m" "$file"
	[ $? -eq 0 ] || [ $? -ge 128 ]
}

repeat punch punch
repeat truncate cut
repeat fault fault
repeat fault-again fault
fio_start mmap --ioengine=mmap --rw=randrw --bs=4k --size=$half --filename="$file" --fsync=64 --numjobs=2 --time_based --runtime="$SECONDS_LONG"
fio_must mmap
stop_loops
count mmap-read "$(fio_ops mmap read)"
count mmap-write "$(fio_ops mmap write)"
for name in punch truncate fault fault-again; do loop_count $name; done
