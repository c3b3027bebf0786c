import { expect, test } from 'vitest';
import { judgeChanges, type TreeChange } from './tree-changes.ts';

const judge = (
  changes: readonly TreeChange[],
  { namesakes = [], before = '', after = '' }: { namesakes?: string[]; before?: string; after?: string } = {},
) => judgeChanges(changes, { namesakes: new Set(namesakes), makefiles: () => ({ before, after }) });
const changed = (path: string): TreeChange => ({ path, how: 'changed' });

test('what files hold is followed by kbuild', () => {
  const changes = [
    'drivers/nvdimm/nd_virtio.c',
    'include/linux/nd.h',
    'arch/x86/entry/entry_64.S',
    'arch/x86/kernel/vmlinux.lds.S',
  ];
  expect(judge(changes.map(changed))).toEqual({ kind: 'incremental', reconfigure: false, stale: [] });
});

test('nothing is made of documents and of other architectures', () => {
  const changes = [
    'Documentation/dax.txt',
    'arch/arm64/Makefile',
    'MAINTAINERS',
    '.gitignore',
    'tools/testing/nvdimm/Kbuild',
  ];
  expect(judge(changes.map(changed))).toEqual({ kind: 'incremental', reconfigure: false, stale: [] });
});

test.each(['drivers/nvdimm/Kconfig', 'lib/Kconfig.debug', 'arch/Kconfig'])('%s is configured anew', (path) => {
  expect(judge([changed(path)])).toMatchObject({ kind: 'incremental', reconfigure: true });
});

test.each([
  'Makefile',
  'scripts/link-vmlinux.sh',
  'scripts/Makefile.build',
  'tools/objtool/check.c',
  'arch/x86/Makefile',
  'arch/x86/Makefile.postlink',
  'arch/x86/tools/relocs.c',
])('%s is part of the build itself', (path) => {
  expect(judge([changed(path)])).toEqual({ kind: 'anew', reason: `${path} is part of the build itself` });
});

test('what kbuild made of a file that is gone goes, too', () => {
  const verdict = judge([{ path: 'drivers/dax/super.c', how: 'removed' }]);
  expect(verdict).toMatchObject({ kind: 'incremental' });
  expect(verdict.kind === 'incremental' && verdict.stale).toEqual(
    expect.arrayContaining(['drivers/dax/super.o', 'drivers/dax/.super.o.cmd', 'drivers/dax/super.ko']),
  );
});

test('a new header may hide another of its name', () => {
  const added: TreeChange = { path: 'fs/xfs/dax.h', how: 'added' };
  expect(judge([added])).toMatchObject({ kind: 'incremental' });
  expect(judge([added], { namesakes: ['dax.h'] })).toMatchObject({ kind: 'anew' });
});

test.each([
  ['obj-y += a.o\n', 'obj-y += a.o b.o\n'],
  ['nd_virtio-y := a.o\n', 'nd_virtio-$(CONFIG_X) := a.o \\\n\tb.o\n'],
  ['', '# why\nccflags-y += -DX\nCFLAGS_pmem.o := -O1\nKASAN_SANITIZE_a.o := n\n'.replace(/KASAN.*\n/, '')],
])('lists and flags of a makefile are followed: %j', (before, after) => {
  expect(judge([changed('drivers/nvdimm/Makefile')], { before, after })).toMatchObject({ kind: 'incremental' });
});

test.each([
  ['obj-y += a.o\n', 'obj-y += a.o\n$(obj)/a.h: gen\n\tgen > $@\n'],
  ['obj-y += a.o\n', 'obj-y += $(shell ls)\n'],
  ['a:\n\tone\n\ttwo\n', 'a:\n\ttwo\n\tone\n'],
  ['obj-y += a.o\n', 'ifdef CONFIG_X\nobj-y += a.o\nendif\n'],
])('rules of a makefile are not: %j', (before, after) => {
  expect(judge([changed('drivers/nvdimm/Makefile')], { before, after })).toMatchObject({ kind: 'anew' });
});

test.each(['arch/x86/entry/syscalls/syscall_64.tbl', 'localversion-next', 'lib/fonts/font.bin'])(
  'of %s it is not known what is made',
  (path) => {
    expect(judge([changed(path)])).toEqual({ kind: 'anew', reason: `it is not known what is made of ${path}` });
  },
);

test('a link or a program in the place of a file is never followed', () => {
  expect(judge([{ path: 'fs/dax.c', how: 'retyped' }])).toMatchObject({ kind: 'anew' });
});
