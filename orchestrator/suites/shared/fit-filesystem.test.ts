import { expect, test } from 'vitest';
import type { FilesystemSpec } from '../../model/matrix.ts';
import { createFakeGuest } from '../testing/fake-guest.ts';
import { EXT4_DAX, FSDAX, NO_FILESYSTEM } from '../testing/suite-context.ts';
import { fitFilesystem, readExt4Features } from './fit-filesystem.ts';

const XFS: FilesystemSpec = { name: 'xfs', type: 'xfs', mountOptions: '', mkfsOptions: [] };
const XFS_DAX: FilesystemSpec = {
  name: 'xfs-dax',
  type: 'xfs',
  mountOptions: 'dax=always',
  mkfsOptions: ['-m', 'rmapbt=1'],
};

/** The lines of `mkfs.xfs -N` that name features, as versions 6.1, 6.13 and 7.2 print them. */
const OLD =
  '         =                       crc=1        finobt=1, sparse=1, rmapbt=0\n         =                       reflink=1    bigtime=1 inobtcount=1 nrext64=0\n';
const NEWER =
  '         =                       crc=1        finobt=1, sparse=1, rmapbt=1\n         =                       reflink=1    bigtime=1 inobtcount=1 nrext64=1\n         =                       exchange=0   metadir=0\nnaming   =version 2              bsize=4096   ascii-ci=0, ftype=1, parent=0\n';
const NEWEST = NEWER.replace('exchange=0', 'exchange=1').replace('parent=0', 'parent=1');

async function fit(filesystem: FilesystemSpec, kernelRelease: string, stdout: string) {
  const guest = createFakeGuest({
    devices: [FSDAX],
    kernelRelease,
    answers: { 'mkfs.xfs -N': { stdout }, 'mke2fs.conf': { stdout } },
  });
  const { filesystem: fitted, note } = await fitFilesystem({ guest, timeoutScale: 1 }, filesystem);
  return { words: fitted.mkfsOptions.join(' '), note, calls: guest.calls };
}

test.each([
  ['6.1.0-50-amd64', OLD, ''],
  ['6.1.0-50-amd64', NEWER, ''],
  ['6.1.0-50-amd64', NEWEST, '-i exchange=0 -n parent=0'],
  ['6.9.12', NEWEST, '-i exchange=0 -n parent=0'],
  ['6.10.0-rc1+', NEWEST, ''],
  ['7.2.13+deb14-amd64', NEWEST, ''],
  ['5.15.180', NEWER, '-i nrext64=0'],
  ['5.19.17', NEWER, ''],
  ['5.9.16', NEWER, '-i nrext64=0 -m bigtime=0 -m inobtcount=0'],
  ['4.19.300', OLD, '-m bigtime=0 -m inobtcount=0'],
  ['mine', NEWEST, ''],
])('XFS for Linux %s', async (release, stdout, words) => expect((await fit(XFS, release, stdout)).words).toBe(words));

test('the report names each feature that was left out, since when kernels know it, and which kernel does not', async () => {
  expect((await fit(XFS, '6.1.0-50-amd64', NEWEST)).note).toBe(
    "xfs is made without exchange (since 6.10), parent (since 6.10): the image's mkfs turns them on, Linux 6.1.0-50-amd64 does not know them",
  );
});

test('before 6.0 XFS with DAX goes without reflink, and the words of the matrix stay', async () => {
  expect((await fit(XFS_DAX, '5.10.0-30-amd64', OLD)).words).toBe('-m reflink=0 -m rmapbt=1');
  expect((await fit(XFS_DAX, '6.1.0', OLD)).words).toBe('-m rmapbt=1');
});

test.each(['-m reflink=1', '-m reflink', '-mreflink=1,rmapbt=1', '-c options=/etc/mine.conf'])(
  'what the matrix names is not touched: %s',
  async (words) => {
    expect((await fit({ ...XFS_DAX, mkfsOptions: words.split(' ') }, '5.10.0', OLD)).words).toBe(words);
  },
);

test('a new kernel is asked nothing, nor is a guest without a file system', async () => {
  expect((await fit(XFS, '7.2.13', NEWEST)).calls).toStrictEqual([]);
  expect((await fit(NO_FILESYSTEM, '4.4.0', NEWEST)).calls).toStrictEqual([]);
});

const MKE2FS = (features: string): string =>
  `[defaults]\n\tbase_features = sparse_super,large_file,filetype\n\tinode_size = 256\n\n[fs_types]\n\text3 = {\n\t\tfeatures = has_journal\n\t}\n\text4 = {\n\t\tfeatures = ${features}\n\t}\n\tsmall = {\n\t\tblocksize = 1024\n\t}\n`;

test.each([
  ['5.10.0', 'has_journal,extent,metadata_csum,metadata_csum_seed,64bit,orphan_file', '-O ^orphan_file'],
  ['5.15.0', 'has_journal,orphan_file', ''],
  ['4.3.0', 'has_journal,metadata_csum_seed,orphan_file', '-O ^orphan_file -O ^metadata_csum_seed'],
  ['5.10.0', 'has_journal,extent,metadata_csum,64bit', ''],
])('ext4 for Linux %s with %s', async (release, features, words) =>
  expect((await fit(EXT4_DAX, release, MKE2FS(features))).words).toBe(words),
);

test('features of other file systems in mke2fs.conf, and those turned off, are none of ext4', () => {
  expect([
    ...readExt4Features(
      '[defaults]\n base_features = a,b\n[fs_types]\n ext3 = {\n features = c\n }\n ext4 = {\n  features = d, ^e\n }\n ext4dev = { features = f }\n',
    ),
  ]).toStrictEqual(['a', 'b', 'd']);
});
