#!/bin/sh
# $JOBS writers at once, half of them with fsync after each write, to one file, half of them with O_DSYNC, to files of their own.
. "${0%/*}/lib.sh"
need fio fio

if [ -n "${MKFS-}" ]; then
	make_fs
	shared=--filename=$mnt/shared
	own=--directory=$mnt
else
	shared=--filename=$DEVICE
	own=--filename=$DEVICE
fi

fsync_writers() {
	fio_start fsync --ioengine=psync --rw=randwrite --bs=4k --size=16M --fallocate=none --fsync=1 --numjobs="$1" --time_based --runtime="$2" $shared
}
dsync_writers() {
	fio_start dsync --ioengine=psync --rw=randwrite --bs=4k --size=1M --fallocate=none --sync=dsync --numjobs="$1" --time_based --runtime="$2" $own
}

if [ "$JOBS" -eq 1 ]; then
	half=$(((SECONDS_LONG + 1) / 2))
	fsync_writers 1 $half
	fio_must fsync
	dsync_writers 1 $half
else
	fsync_writers $((JOBS / 2)) "$SECONDS_LONG"
	dsync_writers $((JOBS / 2)) "$SECONDS_LONG"
	fio_must fsync
fi
fio_must dsync
count fsync "$(fio_ops fsync sync)"
count dsync-write "$(fio_ops dsync write)"
