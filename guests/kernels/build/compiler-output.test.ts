import { expect, test } from 'vitest';
import { findFirstError, isObjectLine, parseWatchedWarning } from './compiler-output.ts';

test('the first error is shown with its own lines, not with those of the jobs beside it', () => {
  const log = [
    '  CC      drivers/nvdimm/core.o',
    'drivers/nvdimm/bus.c: In function ‘nvdimm_bus_lock’:',
    'drivers/nvdimm/bus.c:12:3: error: ‘nope’ undeclared (first use in this function)',
    '   12 |   nope();',
    '      |   ^~~~',
    '  CC      fs/dax.o',
    'make[3]: *** [scripts/Makefile.build:250: drivers/nvdimm/bus.o] Error 1',
    'fs/dax.c:1:1: error: later',
  ].join('\n');
  expect(findFirstError(log)).toStrictEqual({
    title: 'drivers/nvdimm/bus.c:12:3: error: ‘nope’ undeclared (first use in this function)',
    lines: log.split('\n').slice(1, 5),
  });
});

test.each([
  ['ld: drivers/nvdimm/bus.o: in function `f\':\nbus.c:(.text+0x1): undefined reference to `nope\'\nmake: *** [Makefile:1: vmlinux] Error 1', "ld: drivers/nvdimm/bus.o: in function `f':"],
  ['ERROR: modpost: "nope" [drivers/dax/kmem.ko] undefined!\nmake[1]: *** [scripts/Makefile.modpost:126] Error 1', 'ERROR: modpost: "nope" [drivers/dax/kmem.ko] undefined!'],
  ["make[2]: *** No rule to make target 'drivers/nvdimm/none.o', needed by 'drivers/nvdimm/built-in.a'.  Stop.", "make[2]: *** No rule to make target 'drivers/nvdimm/none.o', needed by 'drivers/nvdimm/built-in.a'.  Stop."],
])('an error of another tool is found: %s', (log, title) => expect(findFirstError(log).title).toBe(title));

test('only warnings of the pmem stack are kept', () => {
  expect(parseWatchedWarning('drivers/nvdimm/bus.c:7:2: warning: unused variable ‘x’ [-Wunused-variable]')).toStrictEqual({
    file: 'drivers/nvdimm/bus.c',
    line: 7,
    text: 'unused variable ‘x’ [-Wunused-variable]',
  });
  expect(parseWatchedWarning('net/core/dev.c:7:2: warning: unused variable')).toBeUndefined();
  expect(parseWatchedWarning('drivers/nvdimm/bus.c:7:2: error: no')).toBeUndefined();
});

test('objects are counted, and nothing else', () => {
  expect(['  CC      fs/dax.o', '  CC [M]  drivers/dax/kmem.o', '  AR      fs/built-in.a', '  CALL    scripts/checksyscalls.sh', '  HOSTCC  scripts/kallsyms'].filter(isObjectLine)).toHaveLength(2);
});
