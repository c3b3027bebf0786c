#!/usr/bin/env bash
# linux-image-6.1.0-50-amd64 6.1.176-1 in qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3 (Debian bookworm). drivers/dax/super.c of Linux 7.3.4 has the same lines.
#
# ext4 with dax on a virtio-pmem device refuses MAP_SYNC, for its data is durable only once the host has flushed the file. Unbind the driver from it and
# from an NVDIMM beside it, bind the virtio-pmem again, and the same mount grants MAP_SYNC: the new dax device lies where the NVDIMM's lay and inherits its
# DAXDEV_SYNC. dax_alloc_inode() clears no flags; only init_once() does, when the slab is made. A program that trusts MAP_SYNC then loses its data.
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
int main(int argc, char **argv)
{
	int fd = open(argv[1], O_RDWR);
	char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);
	printf("RESULT %s MAP_SYNC %s\n", argv[2], map == MAP_FAILED ? strerrorname_np(errno) : "granted");
	return 0;
}
C
gcc -O2 -static -o map map.c

modules=root/lib/modules/$release
mkdir -p initrd/{bin,dev,proc,sys,mnt} "initrd/lib/modules/$release"
cp root/bin/busybox map initrd/bin/
for folder in drivers/nvdimm drivers/acpi/nfit drivers/dax drivers/virtio fs/ext4 fs/jbd2 fs/mbcache.ko lib crypto arch/x86/crypto; do
  [ -e "$modules/kernel/$folder" ] && (cd "$modules" && find "kernel/$folder" -name '*.ko' | cpio -pdm --quiet "$dir/initrd/lib/modules/$release")
done
cp "$modules"/modules.{builtin,order} "initrd/lib/modules/$release/"
depmod -b initrd "$release" 2> /dev/null
cat > initrd/init <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
for module in crc32c_generic nfit virtio_pci virtio_pmem nd_pmem ext4; do modprobe $module; done
sleep 2
for region in /sys/bus/nd/devices/region*; do
  number=${region##*region}
  case $(readlink -f $region) in *virtio*) virtio=$number ;; *) nvdimm=$number ;; esac
done
look() {
  node=/dev/$(ls /sys/bus/nd/devices/namespace$virtio.0/block)
  mount -t ext4 -o dax=always $node /mnt && map /mnt/file "$1"
  umount /mnt
}
cd /sys/bus/nd/drivers/nd_pmem
look before
echo namespace$virtio.0 > unbind; sleep 2
echo namespace$nvdimm.0 > unbind; sleep 2
echo namespace$virtio.0 > bind; sleep 1
look after
poweroff -f
INIT
chmod +x initrd/init
(cd initrd && find . | cpio -o -H newc --quiet) > initrd.img
truncate -s 256M virtio.img nvdimm.img
mkdir content && truncate -s 4096 content/file
mkfs.ext4 -q -F -b 4096 -d content -O ^metadata_csum_seed,^orphan_file virtio.img

export QEMU_MODULE_DIR=$dir/root/usr/lib/x86_64-linux-gnu/qemu
timeout 120 root/usr/bin/qemu-system-x86_64 -L root/usr/share/qemu -L root/usr/share/seabios -nodefaults -display none -machine pc,nvdimm=on -accel tcg \
  -cpu max -m 512M,slots=2,maxmem=4G -no-reboot -serial stdio -kernel "root/boot/vmlinuz-$release" -initrd initrd.img -append 'console=ttyS0 panic=-1 quiet' \
  -object memory-backend-file,id=a,share=on,mem-path=nvdimm.img,size=256M -device nvdimm,memdev=a \
  -object memory-backend-file,id=b,share=on,mem-path=virtio.img,size=256M -device virtio-pmem-pci,memdev=b > console.log 2>&1 < /dev/null
seen=$(grep -ao 'RESULT .*' console.log | tr -d '\r' | cut -d' ' -f2- | paste -sd';')
if [ "$seen" = 'before MAP_SYNC EOPNOTSUPP;after MAP_SYNC granted' ]; then
  echo 'Linux 6.1: virtio-pmem refuses MAP_SYNC (EOPNOTSUPP) and grants it once its dax device lies where that of an unbound NVDIMM lay'
else
  echo "what virtio-pmem grants has changed: $seen"
  tail -n 20 console.log
  exit 1
fi
