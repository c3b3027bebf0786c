#!/usr/bin/env bash
# linux-image-6.1.0-50-amd64 6.1.176-1 in qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3 (Debian bookworm). Linux 7.3.4 was seen to do the same.
#
# A virtio-pmem device is durable only once its host has flushed its file, so ext4 with dax refuses MAP_SYNC on it (EOPNOTSUPP). The same device as
# device-dax grants MAP_SYNC. There is no fsync(2) on /dev/dax0.0 either (EINVAL): nothing that a program can do to its mapping ever reaches the host's disk.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

release=6.1.0-50-amd64
packages=(linux-image-$release=6.1.176-1 busybox-static=1:1.35.0-4+deb12u1+b1
  qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3 qemu-system-common=1:7.2+dfsg-7+deb12u18+b3 qemu-system-data=1:7.2+dfsg-7+deb12u18 seabios=1.16.2-1)
apt-get -qq download -o APT::Sandbox::User=root "${packages[@]}"
for deb in *.deb; do dpkg -x "$deb" root; done

cat > map.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	size_t length = 2 << 20;
	int fd = open(argv[1], O_RDWR);
	char *map = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);
	int mapped = map != MAP_FAILED;
	printf("RESULT %s MAP_SYNC %s", argv[2], mapped ? "granted" : strerrorname_np(errno));
	if (mapped)
		map[0] = 1;
	printf(" fsync %s\n", fsync(fd) ? strerrorname_np(errno) : "ok");
	return 0;
}
C
gcc -O2 -static -o map map.c

modules=root/lib/modules/$release
mkdir -p initrd/{bin,dev,proc,sys,mnt} "initrd/lib/modules/$release"
cp root/bin/busybox map initrd/bin/
for folder in drivers/nvdimm drivers/dax drivers/virtio fs/ext4 fs/jbd2 fs/mbcache.ko lib crypto arch/x86/crypto; do
  [ -e "$modules/kernel/$folder" ] && (cd "$modules" && find "kernel/$folder" -name '*.ko' | cpio -pdm --quiet "$dir/initrd/lib/modules/$release")
done
cp "$modules"/modules.{builtin,order} "initrd/lib/modules/$release/"
depmod -b initrd "$release" 2> /dev/null
cat > initrd/init <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
for module in crc32c_generic virtio_pci virtio_pmem nd_pmem dax_pmem device_dax ext4; do modprobe $module; done
sleep 2
mount -t ext4 -o dax=always /dev/pmem0 /mnt && dd if=/dev/zero of=/mnt/file bs=1M count=2 2> /dev/null && map /mnt/file ext4
umount /mnt
echo namespace0.0 > /sys/bus/nd/drivers/nd_pmem/unbind
seed=$(cat /sys/bus/nd/devices/region0/dax_seed)
cd /sys/bus/nd/devices/$seed
echo ram > mode; echo 2097152 > align; cat /proc/sys/kernel/random/uuid > uuid; echo namespace0.0 > namespace
echo $seed > /sys/bus/nd/drivers/dax_pmem/bind
sleep 1
map /dev/dax0.0 devdax
poweroff -f
INIT
chmod +x initrd/init
(cd initrd && find . | cpio -o -H newc --quiet) > initrd.img
truncate -s 256M pmem.img
mkfs.ext4 -q -F -b 4096 -O ^metadata_csum_seed,^orphan_file pmem.img

export QEMU_MODULE_DIR=$dir/root/usr/lib/x86_64-linux-gnu/qemu
timeout 120 root/usr/bin/qemu-system-x86_64 -L root/usr/share/qemu -L root/usr/share/seabios -nodefaults -display none -machine pc -accel tcg -cpu max \
  -m 512M,slots=1,maxmem=2G -no-reboot -serial stdio -kernel "root/boot/vmlinuz-$release" -initrd initrd.img -append 'console=ttyS0 panic=-1 quiet' \
  -object memory-backend-file,id=file,share=on,mem-path=pmem.img,size=256M -device virtio-pmem-pci,memdev=file > console.log 2>&1 < /dev/null
seen=$(grep -ao 'RESULT .*' console.log | tr -d '\r' | cut -d' ' -f2- | paste -sd';')
if [ "$seen" = 'ext4 MAP_SYNC EOPNOTSUPP fsync ok;devdax MAP_SYNC granted fsync EINVAL' ]; then
  echo "virtio-pmem on Linux 6.1: ext4 with dax refuses MAP_SYNC (EOPNOTSUPP), /dev/dax0.0 over the same device grants it, and has no fsync(2) (EINVAL)"
else
  echo "what virtio-pmem grants has changed: $seen"
  tail -n 20 console.log
  exit 1
fi
