import { expect, test } from 'vitest';
import { EXT4_DAX, FSDAX } from '../testing/suite-context.ts';
import { explicitMountOptions } from './dax-mode.ts';
import { composeHostOptions } from './host-options.ts';
import { composePlaces } from './mount-places.ts';

const DEVICES = ['/dev/pmem0', '/dev/pmem1', '/dev/vdc', '/dev/vdd'].map((path) => ({ ...FSDAX, path }));
const ext4 = { ...EXT4_DAX, type: 'ext4' } as const;
const xfs = { ...EXT4_DAX, type: 'xfs', mkfsOptions: ['-m', 'rmapbt=1'] } as const;

test.each([
  [{ type: 'ext4', mountOptions: 'dax=always' }, 'acl,user_xattr,dax=always'],
  [{ type: 'ext4', mountOptions: '' }, 'acl,user_xattr,dax=never'],
  [{ type: 'xfs', mountOptions: 'noatime,dax=inode' }, 'noatime,dax=inode'],
  [{ type: 'xfs', mountOptions: '' }, 'dax=never'],
  [{ type: 'ext2', mountOptions: '' }, 'acl,user_xattr'],
  [{ type: 'ext2', mountOptions: 'dax' }, 'acl,user_xattr,dax'],
] as const)('the DAX mode is always said: %j', (filesystem, wanted) =>
  expect(explicitMountOptions(filesystem)).toBe(wanted),
);

test('everything is said, so that nothing is inherited', () => {
  expect(
    composeHostOptions({
      filesystem: ext4,
      devices: DEVICES,
      roles: { test: 0, scratch: 1, logwrites: 2 },
      resultBase: '/r',
    }).split('\n'),
  ).toEqual([
    'export FSTYP=ext4',
    'export TEST_DIR=/mnt/xfstests-test',
    'export SCRATCH_MNT=/mnt/xfstests-scratch',
    'export TEST_DEV=/dev/pmem0',
    'export SCRATCH_DEV=/dev/pmem1',
    'export LOGWRITES_DEV=/dev/vdc',
    "export MKFS_OPTIONS='-b 4096'",
    "export MOUNT_OPTIONS='-o acl,user_xattr,dax=always'",
    "export TEST_FS_MOUNT_OPTS='-o acl,user_xattr,dax=always'",
    'export RESULT_BASE=/r',
    'export DIFF_LENGTH=0',
    '',
  ]);
});

test('an external log and realtime device', () => {
  const roles = { test: 0, scratch: 1, 'test-log': 2, 'test-rt': 3 };
  expect(composeHostOptions({ filesystem: xfs, devices: DEVICES, roles, resultBase: '/r' })).toMatch(
    /TEST_LOGDEV=\/dev\/vdc\n.*TEST_RTDEV=\/dev\/vdd\nexport USE_EXTERNAL=yes\n/s,
  );
  const [place] = composePlaces(DEVICES, roles, xfs);
  expect(place.mkfs.map((words) => words.join(' '))).toEqual([
    'mkfs.xfs -q -f -m rmapbt=1 -l logdev=/dev/vdc -r rtdev=/dev/vdd /dev/pmem0',
  ]);
  expect(place.mountOptions).toEqual(['logdev=/dev/vdc', 'rtdev=/dev/vdd']);
  const [journalled] = composePlaces(DEVICES, roles, ext4);
  expect(journalled.mkfs.map((words) => words.join(' '))).toEqual([
    'mke2fs -q -F -O journal_dev -b 4096 /dev/vdc',
    expect.stringMatching(/^mkfs\.ext4 .* -J device=\/dev\/vdc \/dev\/pmem0$/) as string,
  ]);
});
