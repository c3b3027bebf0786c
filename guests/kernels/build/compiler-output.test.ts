import { expect, test } from 'vitest';
import { isObjectLine, listMade, listWatchedWarnings, warningsByTarget } from './compiler-output.ts';

test('only warnings of the pmem stack are kept', () => {
  const log = [
    'drivers/nvdimm/bus.c:7:2: warning: unused variable ‘x’ [-Wunused-variable]',
    'net/core/dev.c:7:2: warning: unused variable',
    'drivers/nvdimm/bus.c:7:2: error: no',
  ].join('\n');
  expect(listWatchedWarnings(log)).toStrictEqual([
    { file: 'drivers/nvdimm/bus.c', line: 7, text: 'unused variable ‘x’ [-Wunused-variable]' },
  ]);
});

test('a warning belongs to what was being made, whichever file it names', () => {
  const log = [
    '  CC      fs/dax.o',
    'In file included from fs/dax.c:3:',
    'include/linux/dax.h:7:2: warning: unused variable ‘x’ [-Wunused-variable]',
    '  CC [M]  drivers/dax/kmem.o',
    '  AR      fs/built-in.a',
    'fs/dax.c:9:2: warning: of the archive',
  ].join('\n');
  expect(warningsByTarget(log)).toStrictEqual({
    'fs/dax.o': ['include/linux/dax.h:7:2: warning: unused variable ‘x’ [-Wunused-variable]'],
    'fs/built-in.a': ['fs/dax.c:9:2: warning: of the archive'],
  });
  expect([...listMade(log)]).toStrictEqual(['fs/dax.o', 'drivers/dax/kmem.o', 'fs/built-in.a']);
});

test('objects are counted, and nothing else', () => {
  expect(
    [
      '  CC      fs/dax.o',
      '  CC [M]  drivers/dax/kmem.o',
      '  AR      fs/built-in.a',
      '  CALL    scripts/checksyscalls.sh',
      '  HOSTCC  scripts/kallsyms',
    ].filter(isObjectLine),
  ).toHaveLength(2);
});
