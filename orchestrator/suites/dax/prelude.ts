/**
 * Words for a rule's script in the guest. What it prints as `saw NAME = VALUE` is what the rule saw, `skip REASON` ends
 * it. Mounts lie below `$top`, which the rig unmounts after a test.
 */
export const PRELUDE = String.raw`
export LC_ALL=C
top=/mnt/pmemrig-rules
mkdir -p $top
undo=:
trap 'status=$?; trap - EXIT; eval "$undo" > /dev/null 2>&1; exit $status' EXIT
saw() { echo "saw $1 = $2"; }
skip() { echo "skip $*"; exit 0; }
die() { echo "$*" >&2; exit 1; }
must() { "$@" > /dev/null || die "failed: $*"; }
need() { command -v "$1" > /dev/null || skip "the guest has no $1: add the package $2 to the image"; }
# What cleans up, last first.
defer() { undo="$1
$undo"; }
sabotaged() { [ "$PMEMRIG_SABOTAGE" = "$1" ]; }
settle() { udevadm settle --timeout=20; }
# The kernel's lines since the last call of mark.
mark() { marked=$(dmesg | wc -l); }
said() { dmesg | tail -n +$((marked + 1)); }
hears() { said | grep -q "$1" && echo yes || echo no; }

mkfs_on() { # TYPE DEVICE OPTION...
	local type=$1 device=$2
	shift 2
	case $type in
	# Small ones are refused without it, by versions that know it.
	xfs) mkfs.xfs -q -f --unsupported $MKFS_XFS "$@" "$device" > /dev/null 2>&1 || mkfs.xfs -q -f $MKFS_XFS "$@" "$device" ;;
	*) "mkfs.$type" -q -F -b 4096 -E lazy_itable_init=0 $MKFS_EXT4 "$@" "$device" ;;
	esac
}
mount_on() { # TYPE DEVICE OPTIONS DIRECTORY
	local options=$3
	sabotaged never-dax && options=$(echo "$options" | sed 's/dax=[a-z]*/dax=never/')
	mkdir -p "$4"
	mount -t "$1" $MOUNT_FLAGS -o "$options" "$2" "$4"
}
# Whether a file is in DAX state, by STATX_ATTR_DAX; it is opened for reading alone.
is_dax() {
	attributes=$(xfs_io -r -c 'statx -r' "$1" | sed -n 's/^stat.attributes = //p')
	[ -n "$attributes" ] || die "statx of $1 failed"
	[ $((attributes & 0x200000)) != 0 ] && echo yes || echo no
}
# An errno by its words in an output.
errno_of() {
	case $1 in
	*'Operation not supported'*) echo EOPNOTSUPP ;;
	*'Input/output error'*) echo EIO ;;
	*'Invalid argument'* | *'wrong fs type'*) echo EINVAL ;;
	*'Operation not permitted'*) echo EPERM ;;
	*'No such device'*) echo ENXIO ;;
	*'Permission denied'*) echo EACCES ;;
	*'Bad address'*) echo EFAULT ;;
	*'Device or resource busy'*) echo EBUSY ;;
	*'Cannot allocate memory'*) echo ENOMEM ;;
	*'Input/Output error'*) echo EIO ;;
	*) echo "failed: $1" | tr '\n' ' ' ;;
	esac
}
# Runs a command: ok, or its errno.
try() { said_so=$("$@" 2>&1) && echo ok || errno_of "$said_so"; }

# Maps a table of device mapper, which the test's end undoes. Sets $mapped.
map_table() { # NAME TABLE
	echo "$2" | dmsetup --noudevsync create "$1" || die "no mapped device: $2"
	defer "dmsetup --noudevsync remove --retry $1"
	mapped=/dev/dm-$(dmsetup info -c --noheadings -o minor "$1")
}

# Remakes the namespace of the first device, which the test's end undoes. Sets $namespace, and $node: /dev/pmem0.
remake() { # MODE OPTION...
	local mode=$1
	shift
	sabotaged raw-namespace && mode=raw && set --
	namespace=$NAMESPACE
	sector_bytes=$(cat "/sys/class/block/$(basename "$DEVICE")/queue/logical_block_size")
	defer put_back
	made=$(ndctl create-namespace -f -e "$NAMESPACE" -m "$mode" "$@") || die "ndctl made no $mode namespace"
	settle
	namespace=$(echo "$made" | sed -n 's/^ *"dev":"\(namespace[^"]*\)".*/\1/p')
	node=$(echo "$made" | sed -n 's/^ *"\(blockdev\|chardev\)":"\([^"]*\)".*/\2/p' | tail -n 1)
	[ -n "$node" ] || die "the $mode namespace has no node"
	node=/dev/$node
}
# The block device of the region at a physical address, which may come a moment later. Sets $region, prints nothing.
node_at() {
	for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		for region in /sys/bus/nd/devices/region*; do
			[ "$(cat "$region/resource" 2> /dev/null)" = "$1" ] || continue
			found=$(ls -d "$region"/namespace*/block/* "$region"/pfn*/block/* 2> /dev/null | head -n 1)
			region=$(basename "$region")
			[ -z "$found" ] || { found=/dev/$(basename "$found"); settle; return; }
		done
		sleep 1
	done
	die "the region at $1 did not come"
}
put_back() {
	for extra in $(ndctl list -N -r "$REGION" | sed -n 's/^ *"dev":"\(namespace[^"]*\)".*/\1/p'); do
		[ "$extra" = "$namespace" ] || ndctl destroy-namespace -f "$extra"
	done
	case $KIND in
	# Without labels its region is the namespace, and fsdax as it comes up.
	virtio-pmem) ndctl destroy-namespace -f "$namespace"; ndctl enable-namespace "$namespace" ;;
	# One that was a BTT keeps its sector size unless another is given. Not every region takes one.
	*)
		ndctl create-namespace -f -e "$namespace" -m fsdax -M mem -l "$sector_bytes" ||
			ndctl create-namespace -f -e "$namespace" -m fsdax -M mem
		;;
	esac
	settle
}
`;
