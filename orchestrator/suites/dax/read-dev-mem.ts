/** A word for scripts: the errno of a read of /dev/mem at an address. Skips where the kernel gives out all of memory. */
export const READ_DEV_MEM = String.raw`
[ -c /dev/mem ] || skip 'the kernel has no /dev/mem (CONFIG_DEVMEM)'
get() { try dd if=/dev/mem of=/dev/null bs=4096 skip=$(($1 / 4096)) count=1; }
# Memory of the kernel itself, which is refused under CONFIG_STRICT_DEVMEM alone.
ram=0x$(sed -n 's/^\([0-9a-f]*\)-.* : System RAM$/\1/p' /proc/iomem | sed -n '$p')
[ "$(get $((ram + 0x1000000)))" != ok ] || skip 'the kernel gives all of memory to /dev/mem (CONFIG_STRICT_DEVMEM)'
`;
