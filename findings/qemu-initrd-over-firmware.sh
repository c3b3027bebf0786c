#!/usr/bin/env bash
# qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3 with seabios 1.16.2-1 (Debian bookworm); QEMU 11.1.3 with the SeaBIOS of sid does the same. GNU binutils.
#
# QEMU loads the initrd of a PVH kernel (an ELF vmlinux given with -kernel) so that it ends 164 KiB below the top of low memory. SeaBIOS keeps its tables
# above, and 12 KiB for the queue of each virtio disk that it finds: from the fourth disk on it declares more than that reserved, and the end of the
# initrd lies in what the memory map handed to the kernel calls RESERVED, over queues of devices that are still running. QEMU 7.2 is silent;
# 11.1.3 reads digits of the cpio archive as an index of such a queue, says "Guest says index 12592 is available", and calls the device broken until the kernel
# resets it. `-boot strict=on` keeps SeaBIOS from the disks.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

packages=(qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3 qemu-system-common=1:7.2+dfsg-7+deb12u18+b3 qemu-system-data=1:7.2+dfsg-7+deb12u18 seabios=1.16.2-1)
apt-get -qq download -o APT::Sandbox::User=root "${packages[@]}"
for deb in *.deb; do dpkg -x "$deb" root; done
export QEMU_MODULE_DIR=$dir/root/usr/lib/x86_64-linux-gnu/qemu

# A PVH kernel that only waits: its note names the entry (type 18, XEN_ELFNOTE_PHYS32_ENTRY).
cat > kernel.s << 'END'
	.section .note.Xen, "a", @note
	.long 4, 4, 18
	.asciz "Xen"
	.long start
	.text
	.code32
	.globl start
start:	hlt
	jmp start
END
echo 'ENTRY(start) PHDRS { text PT_LOAD; note PT_NOTE; } SECTIONS { . = 0x1000000; .text : { *(.text) } :text .note.Xen : { *(.note.Xen) } :text :note }' > kernel.ld
as --32 -o kernel.o kernel.s
ld -m elf_i386 -T kernel.ld -o kernel kernel.o
head -c 8M /dev/zero | tr '\0' 'I' > initrd
truncate -s 1M disk

# Boots with N virtio disks and prints, as hexadecimal digits, where SeaBIOS's reserved memory begins, and the end of the initrd as the PVH start-of-day structure has it.
boot() { # N [words for QEMU]
  local disks=() count=$1 info first
  shift
  for i in $(seq 1 "$count"); do disks+=(-drive "file=disk,format=raw,if=none,id=d$i,read-only=on,file.locking=off" -device "virtio-blk-pci,drive=d$i"); done
  monitor() { # commands
    rm -f log
    { for _ in $(seq 1 100); do sleep 0.2; grep -aq 'Booting from ROM' log 2> /dev/null && break; done; sleep 2; printf '%s\n' "$@"; sleep 1; echo quit; } |
      root/usr/bin/qemu-system-x86_64 -L root/usr/share/qemu -L root/usr/share/seabios -nodefaults -display none -machine pc -accel tcg -m 256M \
        -kernel kernel -initrd initrd "${disks[@]}" "${extra[@]}" -monitor stdio -chardev file,id=log,path=log -device isa-debugcon,iobase=0x402,chardev=log | tr -d '\r'
  }
  local extra=("$@")
  # %ebx leads to hvm_start_info; its fifth and sixth words to the list of modules, each with an address and a size of 64 bits.
  info=$(monitor 'info registers' | grep -ao 'EBX=[0-9a-f]*' | tail -n 1 | cut -d= -f2)
  first=$(monitor "xp /5wx 0x$info" | grep -aoE '^[0-9a-f]{16}: .*' | tail -n 1 | awk '{ print $2 }')
  read -r low _ size _ < <(monitor "xp /4wx $first" | grep -aoE '^[0-9a-f]{16}: .*' | tail -n 1 | cut -d: -f2)
  printf '%x %x\n' "$((0x$(sed -n 's/^ *[0-9]*: 0*\([0-9a-f]*\) - 0*10000000 = 2 RESERVED.*/\1/p' log | tail -n 1)))" "$((low + size))"
}

read -r few_reserved few_end < <(boot 1)
read -r reserved end < <(boot 6)
read -r strict_reserved strict_end < <(boot 6 -boot strict=on)
if ((0x$few_end <= 0x$few_reserved)) && ((0x$end > 0x$reserved)) && ((0x$strict_end <= 0x$strict_reserved)); then
  echo "QEMU 7.2 with SeaBIOS: with 6 virtio disks the initrd ends at 0x$end, $(((0x$end - 0x$reserved) / 1024)) KiB into memory that is reserved from 0x$reserved; with 1 disk, or -boot strict=on, below it"
else
  echo "QEMU places the initrd otherwise now: 1 disk $few_reserved $few_end, 6 disks $reserved $end, 6 disks with strict=on $strict_reserved $strict_end"
  exit 1
fi
