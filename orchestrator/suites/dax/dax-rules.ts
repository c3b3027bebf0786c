import type { Rule } from '../shared/rules/rule.ts';
import { AUTHORISATION_USB } from './rules/authorisation-usb.ts';
import { AUTHORISATION } from './rules/authorisation.ts';
import { BAD_BLOCKS } from './rules/bad-blocks.ts';
import { DEV_MEM_VIRTIO_MEM } from './rules/dev-mem-virtio-mem.ts';
import { DEV_MEM } from './rules/dev-mem.ts';
import { DEVDAX } from './rules/devdax.ts';
import { HOLDERS } from './rules/holders.ts';
import { HUGE_FAULTS } from './rules/huge-faults.ts';
import { INJECT_ERROR } from './rules/inject-error.ts';
import { KEXEC } from './rules/kexec.ts';
import { KMEM } from './rules/kmem.ts';
import { LABELS } from './rules/labels.ts';
import { MAP_SYNC_CRASH } from './rules/map-sync-crash.ts';
import { MAP_SYNC_DEVDAX } from './rules/map-sync-devdax.ts';
import { MAP_SYNC_DM } from './rules/map-sync-dm.ts';
import { MAP_SYNC_MIXED } from './rules/map-sync-mixed.ts';
import { MAP_SYNC_REUSED } from './rules/map-sync-reused.ts';
import { MAP_SYNC } from './rules/map-sync.ts';
import { MEMORY_FAILURE } from './rules/memory-failure.ts';
import { MOUNTING } from './rules/mounting.ts';
import { NAMESPACES } from './rules/namespaces.ts';
import { NO_DAX } from './rules/no-dax.ts';
import { OFFSETS } from './rules/offsets.ts';
import { REFLINK } from './rules/reflink.ts';
import { REFUSALS } from './rules/refusals.ts';
import { REMOVAL, REMOVAL_VIRTIO } from './rules/removal.ts';
import { UNPLUG } from './rules/unplug.ts';
import { WRITE_CACHE } from './rules/write-cache.ts';
import { WRITECACHE_TARGET } from './rules/writecache-target.ts';
import { ZEROING } from './rules/zeroing.ts';

/** In the order in which they run: what spends the guest comes last. */
export const DAX_RULES: readonly Rule[] = [
  MOUNTING,
  MAP_SYNC,
  MAP_SYNC_DM,
  REFUSALS,
  NO_DAX,
  HOLDERS,
  OFFSETS,
  WRITECACHE_TARGET,
  ZEROING,
  WRITE_CACHE,
  REFLINK,
  HUGE_FAULTS,
  NAMESPACES,
  DEVDAX,
  MAP_SYNC_DEVDAX,
  BAD_BLOCKS,
  INJECT_ERROR,
  KMEM,
  DEV_MEM,
  DEV_MEM_VIRTIO_MEM,
  AUTHORISATION,
  AUTHORISATION_USB,
  REMOVAL,
  REMOVAL_VIRTIO,
  UNPLUG,
  MAP_SYNC_CRASH,
  LABELS,
  KEXEC,
  MAP_SYNC_MIXED,
  MAP_SYNC_REUSED,
  MEMORY_FAILURE,
];
