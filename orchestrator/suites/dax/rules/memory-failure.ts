import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
m=$top/m
mkfs_on "$CASE" "$DEVICE" || die "mkfs.$CASE failed"
mount_on "$CASE" "$DEVICE" dax=always $m || die 'it does not mount'
must xfs_io -f -c 'pwrite -q -S 0x61 0 64k' -c fsync $m/file
saw 'the file is DAX' "$(is_dax $m/file)"
mark
result=$("$TOOL" poison $m/file 8192 4096)
saw 'the process that maps the page gets' "$result"
saw 'the kernel says that it recovered' "$(hears 'recovery action for dax page: Recovered')"
saw 'a page beside it' "$("$TOOL" map $m/file read 4096 4096)"
saw 'the file system' "$(try xfs_io -f -c 'pwrite -q 0 64k' -c fsync $m/other)"
`;

/** A page of pmem that fails while it is mapped. */
export const MEMORY_FAILURE: Rule = {
  id: 'memory-failure',
  title: 'A process that maps a failing page of pmem gets SIGBUS with BUS_MCEERR_AR, and the rest goes on',
  rule:
    'When memory fails, the kernel unmaps the page and signals each process that has it mapped: for DAX with ' +
    'BUS_MCEERR_AR, for there is no other copy. The fault is injected by madvise(MADV_HWPOISON) on a DAX mapping. It ' +
    'does not enter the list of bad blocks, which is what the platform reports. Neighbouring pages and the file ' +
    'system go on.',
  source: 'mm/memory-failure.c: memory_failure_dev_pagemap(), mf_generic_kill_procs(), mf_dax_kill_procs()',
  look: 'memory_failure_dev_pagemap(), and xfs_dax_notify_failure() for XFS',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  cases: ['ext4', 'xfs'],
  needs: ['guest-tool'],
  rows: [
    {
      sees: {
        'the file is DAX': true,
        'the process that maps the page gets': 'BUS_MCEERR_AR',
        'the kernel says that it recovered': true,
        'a page beside it': 'ok',
        'the file system': 'ok',
      },
      because: 'the page has no copy elsewhere',
    },
  ],
  seconds: 4,
  mutations: [{ by: 'no-fault', what: 'nothing is poisoned' }],
  forgives: [
    { title: '*Memory failure*', reason: 'the test has a page fail' },
    { title: '*hardware memory corruption*', reason: 'the test has a page fail' },
  ],
  spendsGuest: true,
  observe: async (context) => observeScript(context, SCRIPT, { env: { TOOL: await context.tool() } }),
};
