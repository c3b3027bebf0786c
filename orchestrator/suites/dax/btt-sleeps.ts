/**
 * Why no test makes a sector namespace on virtio-pmem. Seen on 6.1, 6.12 and 7.3: `BUG: scheduling while atomic`, and a
 * guest that reset itself: btt_map_write() holds a spinlock while nsio_rw_bytes() has virtio-pmem flushed, which sleeps.
 */
export const BTT_SLEEPS =
  'a BTT over virtio-pmem flushes with a lock held, and sleeps: the kernel reports scheduling while atomic, and may ' +
  'die of it (docs/matrix.md)';
