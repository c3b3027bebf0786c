#!/usr/bin/env bash
# qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3 (Debian bookworm).
#
# QEMU saves nothing of a virtio-pmem device when a guest is migrated, neither its queue nor its PCI configuration, and nothing says so: it is no
# obstacle to a migration, as other devices without a state are. The guest goes on, reads and writes the memory, and its first flush waits for ever
# in virtio_pmem_flush(). `-dump-vmstate` lists the devices that have a state.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

packages=(qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3 qemu-system-common=1:7.2+dfsg-7+deb12u18+b3 qemu-system-data=1:7.2+dfsg-7+deb12u18 seabios=1.16.2-1)
apt-get -qq download -o APT::Sandbox::User=root "${packages[@]}"
for deb in *.deb; do dpkg -x "$deb" root; done
export QEMU_MODULE_DIR=$dir/root/usr/lib/x86_64-linux-gnu/qemu
qemu=root/usr/bin/qemu-system-x86_64

$qemu -L root/usr/share/qemu -L root/usr/share/seabios -machine pc -display none -nodefaults -dump-vmstate state.json
$qemu -device help | grep -o '"virtio-\(blk\|mem\|pmem\)-pci"' | sort
for device in virtio-blk-device virtio-mem virtio-pmem; do
  echo "$device: $(grep -c "\"$device\": {" state.json || true)"
done
