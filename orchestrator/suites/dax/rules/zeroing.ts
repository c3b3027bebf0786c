import { traitsOf } from '../../../model/device-kinds.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

/** What is done to a file of 1 MiB, in words of xfs_io; `write VALUE OFFSET LENGTH` is a write or a store. */
const STEPS = [
  'write 0x61 0 1048576',
  'truncate 700001',
  'truncate 1048576',
  'write 0x62 699990 100',
  'fpunch 4097 9001',
  'fpunch 65536 8192',
  'write 0x63 69633 1',
  'fzero 131073 4095',
  'fzero 200000 70001',
  'write 0x64 204799 2',
  'fpunch 300001 1',
  'truncate 524289',
  'truncate 524287',
  'truncate 1048576',
  'write 0x65 524280 32',
  'fzero 0 1',
  'fpunch 1048575 1',
  'write 0x66 1000000 4097',
  'fpunch 999999 3',
] as const;

/** The step for xfs_io, on the file or on its twin on tmpfs, which has no fzero. */
function inXfsIo(step: string, how: string, isTwin: boolean): string {
  const [verb = '', ...rest] = step.split(' ');
  if (verb === 'write')
    return how === 'mmap' && !isTwin ? `mwrite -S ${rest.join(' ')}` : `pwrite -q -S ${rest.join(' ')}`;
  return verb === 'fzero' && isTwin ? `pwrite -q -S 0 ${rest.join(' ')}` : step;
}

const commands = (how: string, isTwin: boolean): string =>
  STEPS.map((step) => `-c '${inXfsIo(step, how, isTwin)}'`).join(' ');

const SCRIPT = String.raw`
work=/run/pmemrig-zeroing
rm -rf $work
mkdir -p $work
mkfs_on "$TYPE" "$DEVICE" || die "mkfs.$TYPE failed"
mount_on "$TYPE" "$DEVICE" $OPTIONS $top/m || die 'it does not mount'
for name in before file after; do must xfs_io -f -c 'pwrite -q -S 0x6e 0 1m' -c fsync $top/m/$name; done
xfs_io -f -c 'pwrite -q -S 0x6e 0 1m' $work/neighbour
saw 'the file is DAX' "$(is_dax $top/m/file)"
must xfs_io $MAP $STEPS_OF_FILE -c fsync $top/m/file
must xfs_io -f $STEPS_OF_TWIN $work/twin
sabotaged stray-write && xfs_io -c 'pwrite -q -S 0x78 77777 1' $top/m/after
umount $top/m
mount_on "$TYPE" "$DEVICE" $OPTIONS $top/m || die 'it does not mount again'
saw 'bytes of the file' "$(stat -c %s $top/m/file)"
saw 'bytes that are wrong' "$(cmp -l $top/m/file $work/twin | wc -l)"
saw 'bytes of its neighbours that changed' $(($(cmp -l $top/m/before $work/neighbour | wc -l) + $(cmp -l $top/m/after $work/neighbour | wc -l)))
rm -rf $work
`;

const EXACT = {
  'bytes of the file': 1048576,
  'bytes that are wrong': 0,
  'bytes of its neighbours that changed': 0,
} as const;

/** Truncation, holes and zeroed ranges at odd offsets. */
export const ZEROING: Rule = {
  id: 'zeroing',
  title: 'Truncation, holes and zeroed ranges zero exactly their bytes, by write(2) and by a mapping',
  rule:
    'Truncating a file, punching a hole and zeroing a range act on bytes, not on blocks: what lies in the same page ' +
    'outside the range stays. Without a page cache the file system zeroes the media itself. The file is compared ' +
    'with a twin on tmpfs, byte by byte, after it was mounted anew, and so are the files beside it.',
  source: 'fs/dax.c: dax_zero_range(), dax_truncate_page(); ext4_zero_range(), xfs_free_file_space()',
  look: 'dax_zero_iter() and dax_memzero() in fs/dax.c',
  devices: ['nvdimm', 'virtio-pmem', 'e820', 'virtio-blk'],
  cases: ['ext4-write', 'ext4-mmap', 'xfs-write', 'xfs-mmap'],
  needs: [],
  rows: [
    {
      where: { devices: ['virtio-blk'] },
      sees: { 'the file is DAX': false, ...EXACT },
      because: 'ranges are bytes in the page cache, too',
    },
    { sees: { 'the file is DAX': true, ...EXACT }, because: 'ranges are bytes' },
  ],
  quick: ['ext4-mmap'],
  seconds: 4,
  mutations: [
    { by: 'stray-write', what: 'a byte of a neighbour is changed' },
    { by: 'never-dax', what: 'the file system is mounted with dax=never' },
  ],
  async observe(context) {
    const [type = '', how = ''] = context.caseName.split('-');
    const script = SCRIPT.replace(
      '$MAP $STEPS_OF_FILE',
      () => `${how === 'mmap' ? "-c 'mmap -rw 0 1m' " : ''}${commands(how, false)}`,
    ).replace('$STEPS_OF_TWIN', () => commands(how, true));
    return observeScript(context, script, {
      env: { TYPE: type, OPTIONS: traitsOf(context.device).isPmem ? 'dax=always' : 'rw' },
    });
  },
};
