#!/usr/bin/env bash
# linux-image-6.1.0-50-amd64 6.1.176-1 in qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3 (Debian bookworm). virtio_mem.c of 6.12 and 7.3 has the same lines.
#
# A virtio-mem device of which nothing is plugged, and a DIMM right above it. Unbind the driver: it says "device still has system memory added" and
# keeps its range in /proc/iomem, one more each time that it was bound. virtio_mem_has_memory_added() asks walk_iomem_res_desc() for the range up to
# vm->addr + vm->region_size. The last byte counts, and is the DIMM's. With a gap between both the driver lets go.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

release=6.1.0-50-amd64
packages=(linux-image-$release=6.1.176-1 busybox-static=1:1.35.0-4+deb12u1+b1
  qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3 qemu-system-common=1:7.2+dfsg-7+deb12u18+b3 qemu-system-data=1:7.2+dfsg-7+deb12u18 seabios=1.16.2-1)
apt-get -qq download -o APT::Sandbox::User=root "${packages[@]}"
for deb in *.deb; do dpkg -x "$deb" root; done

modules=root/lib/modules/$release
mkdir -p initrd/{bin,dev,proc,sys} "initrd/lib/modules/$release"
cp root/bin/busybox initrd/bin/
(cd "$modules" && find kernel/drivers/virtio -name '*.ko' | cpio -pdm --quiet "$dir/initrd/lib/modules/$release")
cp "$modules"/modules.{builtin,order} "initrd/lib/modules/$release/"
depmod -b initrd "$release" 2> /dev/null
cat > initrd/init <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
modprobe virtio_pci; modprobe virtio_mem
sleep 2
grep -A1 virtio0 /proc/iomem
cd /sys/bus/virtio/drivers/virtio_mem
for round in 1 2; do
  echo virtio0 > unbind
  echo "RESULT $(grep -c virtio0 /proc/iomem)"
  echo virtio0 > bind
done
dmesg | grep virtio_mem
poweroff -f
INIT
chmod +x initrd/init
(cd initrd && find . | cpio -o -H newc --quiet) > initrd.img

export QEMU_MODULE_DIR=$dir/root/usr/lib/x86_64-linux-gnu/qemu
look() { # ADDRESS of the DIMM
  timeout 120 root/usr/bin/qemu-system-x86_64 -L root/usr/share/qemu -L root/usr/share/seabios -nodefaults -display none -machine pc -accel tcg \
    -cpu max -m 512M,slots=2,maxmem=4G -no-reboot -serial stdio -kernel "root/boot/vmlinuz-$release" -initrd initrd.img -append 'console=ttyS0 panic=-1 quiet' \
    -object memory-backend-ram,id=a,size=128M -device virtio-mem-pci,memdev=a,memaddr=0x100000000,requested-size=0 \
    -object memory-backend-ram,id=b,size=128M -device pc-dimm,memdev=b,addr="$1" > "console-$1.log" 2>&1 < /dev/null
  grep -ao 'RESULT .*' "console-$1.log" | tr -d '\r' | cut -d' ' -f2- | paste -sd';'
}
beside=$(look 0x108000000)
apart=$(look 0x110000000)
if [ "$beside $apart" = '1;2 0;0' ]; then
  echo 'Linux 6.1: virtio_mem that is unbound beside a DIMM keeps its range, and another the next time; with a gap between both it keeps none'
else
  echo "what virtio_mem keeps has changed: beside a DIMM $beside, apart $apart"
  tail -n 20 console-*.log
  exit 1
fi
