import { expect, test } from 'vitest';
import { isObjectLine, parseWatchedWarning } from './compiler-output.ts';

test('only warnings of the pmem stack are kept', () => {
  expect(
    parseWatchedWarning('drivers/nvdimm/bus.c:7:2: warning: unused variable ‘x’ [-Wunused-variable]'),
  ).toStrictEqual({
    file: 'drivers/nvdimm/bus.c',
    line: 7,
    text: 'unused variable ‘x’ [-Wunused-variable]',
  });
  expect(parseWatchedWarning('net/core/dev.c:7:2: warning: unused variable')).toBeUndefined();
  expect(parseWatchedWarning('drivers/nvdimm/bus.c:7:2: error: no')).toBeUndefined();
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
