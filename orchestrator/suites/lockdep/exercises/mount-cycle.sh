#!/bin/sh
# Mount, remount, freeze and unmount while writers are at work; a busy file system is unmounted lazily, and mounted
# again while the writers still hold it.
. "${0%/*}/lib.sh"
need fsfreeze util-linux
make_fs
must mkdir "$mnt/data"
must unmount_all

# The folder is there only while the file system is: nothing may land in the guest's root.
write_file() {
	dd if=/dev/zero of="$mnt/data/$1" bs=4k count=16 conv=fsync
}
for writer in 1 2 3 4; do repeat "write-$writer" write_file $writer; done
defer "fsfreeze --unfreeze $mnt"

mounts=0 unmounts=0 lazy=0 freezes=0 remounts=0
start_clock
while running || [ $mounts -lt 3 ]; do
	mount_fs "$DEVICE" "$FS_OPTIONS" > "$work/mount.log" 2>&1 || fail "mount: $(cat "$work/mount.log")"
	mounts=$((mounts + 1))
	sleep 0.1
	case $((mounts % 3)) in
	0)
		must fsfreeze --freeze "$mnt"
		must fsfreeze --unfreeze "$mnt"
		freezes=$((freezes + 1))
		;;
	1)
		# Refused while a file is open for writing.
		if mount -o remount,ro "$mnt" 2> /dev/null; then must mount -o remount,rw "$mnt"; fi
		remounts=$((remounts + 1))
		;;
	esac
	if umount "$mnt" 2> /dev/null; then
		unmounts=$((unmounts + 1))
	else
		must umount --lazy "$mnt"
		lazy=$((lazy + 1))
	fi
done
stop_loops
count mount $mounts
count unmount $((unmounts + lazy))
count freeze $freezes
count remount $remounts
echo "of the unmounts $lazy were lazy"
for writer in 1 2 3 4; do loop_count "write-$writer"; done
# What was unmounted lazily is gone only now; its device must be free again.
must mount_fs "$DEVICE" "$FS_OPTIONS"
