# Makes a guest ready for xfstests: the tree, its users, its folders. Run by sh in the guest with these variables:
#   TREE_SERIAL  serial number of the disk that holds the tree, or
#   TREE_PATH    folder of the image that holds it
#   DIR          folder of ours on tmpfs; the tree appears below it as `tree`
#   RESULTS      folder for results, where the disk of RESULTS_SERIAL is mounted: the host reads it whatever becomes of the guest
#   MOUNTS       mount points to make
# Says in one line on stderr what is wrong, and then exits with 1.
set -e

die() {
	echo "$*" >&2
	exit 1
}

find_disk() {
	for dir in /sys/block/vd*; do
		serial=
		read -r serial 2> /dev/null < "$dir/serial" || true # its value ends without a newline
		[ "$serial" = "$1" ] && disk=/dev/${dir##*/} && return
	done
	die "no disk has the serial number $1"
}

mkdir -p "$DIR/disk" "$DIR/upper" "$DIR/work" "$DIR/tree" "$DIR/held" "$RESULTS"
if [ -n "$TREE_PATH" ]; then
	[ -x "$TREE_PATH/check" ] || die "$TREE_PATH of the image is no xfstests tree: it has no check"
	lower=$TREE_PATH
else
	find_disk "$TREE_SERIAL"
	mount -t ext4 -o ro,noatime "$disk" "$DIR/disk"
	lower=$DIR/disk
fi
# What check says of a test, of which the host keeps as much: a difference without end must not fill the guest's memory.
mount -t tmpfs -o size=4m pmemrig-held "$DIR/held"
# check writes beside itself: cores, permissions, logs.
mount -t overlay -o "lowerdir=$lower,upperdir=$DIR/upper,workdir=$DIR/work" xfstests "$DIR/tree"
find_disk "$RESULTS_SERIAL"
# What is written is on the disk at once, also if the guest dies in the next moment.
mount -t ext4 -o sync,noatime "$disk" "$RESULTS"
# shellcheck disable=SC2086
mkdir -p $MOUNTS

# Names that useradd refuses are among those that tests ask for.
id=5000
for user in fsgqa fsgqa2 123456-fsgqa; do
	id=$((id + 1))
	grep -q "^$user:" /etc/group || echo "$user:x:$id:" >> /etc/group
	grep -q "^$user:" /etc/passwd || echo "$user:x:$id:$id::/home/$user:/bin/bash" >> /etc/passwd
	grep -q "^$user:" /etc/shadow || echo "$user:*:19000:0:99999:7:::" >> /etc/shadow
	mkdir -p "/home/$user"
	chown "$id:$id" "/home/$user"
done

missing=
for program in bash perl awk bc xfs_io attr setfacl mkfs.xfs mkfs.ext4 fsck dmsetup uuidgen killall; do
	command -v "$program" > /dev/null || missing="$missing $program"
done
[ -z "$missing" ] || die "the image lacks$missing, which xfstests calls: give it the package set (sets: [xfstests])"

# A tree that was built elsewhere shows in its binaries' libraries. The guest's loader says what it misses: all of it
# where the C library is another, else a library that one test or the other wants, which is printed on stdout.
# It is called as ldd calls it, but once a file: ldd took eight times the CPU, which was most of a busy guest's deadline for set-up.
loader=/lib64/ld-linux-x86-64.so.2
binaries=$(find "$DIR/tree/ltp" "$DIR/tree/src" -maxdepth 1 -type f -perm -u+x -exec grep -lF "$(printf '\177ELF')" {} + 2> /dev/null) || true
[ -n "$binaries" ] || exit 0
trace() {
	if [ -x $loader ]; then LD_TRACE_LOADED_OBJECTS=1 LD_WARN=yes $loader "$1"; else ldd "$1"; fi
}
problems=$(for file in $binaries; do trace "$file" 2>&1; done | grep -E "not found|cannot execute|wrong ELF" | sed "s,$DIR/tree/,,; s,^[[:space:]]*,," | sort -u) || true
foreign=$(echo "$problems" | grep -E "GLIBC_|libc\.so|cannot execute|wrong ELF" | head -n 8) || true
if [ -n "$foreign" ]; then
	. /etc/os-release
	wants=$(echo "$foreign" | grep -oE 'GLIBC_[0-9.]+' | sort -V | tail -n 1)
	die "the tree was built for another system than the image's, $PRETTY_NAME${wants:+: it wants $wants}; build it on that one
$foreign"
fi
echo "$problems"
