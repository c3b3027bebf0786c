# What a reader of a failure asks of the guest that it came from: kernel, distribution, the programs that xfstests calls, the devices.
# Run by sh in the guest; a program that is missing is silent.
. /etc/os-release
echo "system: $PRETTY_NAME, $(uname -srvm)"
echo "cmdline: $(cat /proc/cmdline)"
echo "memory: $(grep MemTotal /proc/meminfo | tr -s ' ' | cut -d' ' -f2-), cpus: $(nproc)"
for command in "mkfs.xfs -V" "mkfs.ext4 -V" "xfs_io -V" "fsck -V" "fio --version" "dmsetup version" "ndctl --version" "bash --version" "perl -e print\$^V"; do
	said=$($command 2>&1 < /dev/null | grep -v '^$' | head -n 1) && echo "$command: $said"
done
echo "libc: $(ldd --version 2>&1 | head -n 1)"
lsblk -o NAME,SIZE,TYPE,SERIAL,DAX,MOUNTPOINTS 2> /dev/null
ndctl list -RNDu 2> /dev/null
for config in /proc/config.gz "/boot/config-$(uname -r)"; do
	[ -r "$config" ] || continue
	echo "$config:"
	case $config in *.gz) gzip -dc "$config" ;; *) cat "$config" ;; esac | grep -E '^CONFIG_[A-Z0-9_]*(DAX|PMEM|NVDIMM|LOCKDEP|LOCKING|KASAN|EXT4|XFS|BLK_DEV_DM|DM_|DEBUG_ATOMIC|HUNG_TASK|IKCONFIG)[A-Z0-9_]*='
	break
done
exit 0
