import { traitsOf } from '../../../model/device-kinds.ts';
import { proveDax } from '../../shared/prove-dax.ts';
import type { Rule } from '../../shared/rules/rule.ts';

/** MAP_SYNC through a file system. */
export const MAP_SYNC: Rule = {
  id: 'map-sync',
  title: 'MAP_SYNC is granted only where a CPU flush is enough for durability',
  rule:
    'mmap(2) with MAP_SHARED_VALIDATE|MAP_SYNC of a DAX file promises that a page fault leaves the metadata durable, ' +
    'so that user space may make its stores durable by CPU cache flushes alone. The kernel grants it if the dax ' +
    'device is synchronous. A virtio-pmem region is not: its data is durable only when the host has flushed its ' +
    'file, so the call must fail with EOPNOTSUPP. So must it for a file that is not DAX.',
  source:
    'include/linux/dax.h: daxdev_mapping_supported(); drivers/nvdimm/pmem.c: set_dax_synchronous() if is_nvdimm_sync()',
  look: 'daxdev_mapping_supported(), and the region flag ND_REGION_ASYNC that drivers/nvdimm/virtio_pmem.c sets',
  devices: ['nvdimm', 'virtio-pmem', 'e820', 'virtio-blk'],
  cases: ['ext4', 'xfs'],
  needs: [],
  rows: [
    {
      where: { devices: ['virtio-blk'] },
      sees: { 'file is DAX': false, 'mmap with MAP_SYNC': 'EOPNOTSUPP', 'mmap without it': 'granted' },
      because: 'a disk has no DAX',
    },
    {
      where: { devices: ['virtio-pmem'] },
      sees: { 'file is DAX': true, 'mmap with MAP_SYNC': 'EOPNOTSUPP', 'mmap without it': 'granted' },
      because: 'its region is asynchronous (ND_REGION_ASYNC)',
    },
    {
      sees: { 'file is DAX': true, 'mmap with MAP_SYNC': 'granted', 'mmap without it': 'granted' },
      because: 'the region needs no flush by its host',
    },
  ],
  quick: true,
  seconds: 3,
  mutations: [{ by: 'never-dax', what: 'the file system is mounted with dax=never' }],
  async observe(context) {
    const { caseName, device, mount, run } = context;
    const { path } = await mount({
      type: caseName === 'xfs' ? 'xfs' : 'ext4',
      options: traitsOf(device).isPmem ? 'dax=always' : '',
    });
    const { active } = await proveDax(context, `${path}/file`);
    const map = async (flag: string): Promise<string> => {
      const { stdout, stderr, exitCode } = await run(
        `xfs_io -f -c 'truncate 64k' -c 'mmap ${flag} -rw 0 64k' -c 'mwrite 0 64k' "$1/file"`,
        [path],
      );
      const words = `${stdout}${stderr}`;
      if (/Operation not supported/.test(words)) return 'EOPNOTSUPP';
      return exitCode === 0 && words.trim() === '' ? 'granted' : `failed: ${words.trim()}`;
    };
    return { saw: { 'file is DAX': active, 'mmap with MAP_SYNC': await map('-S'), 'mmap without it': await map('') } };
  },
};
