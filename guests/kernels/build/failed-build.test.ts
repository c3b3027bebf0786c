import { expect, test } from 'vitest';
import fc from 'fast-check';
import { readFailedBuild } from './failed-build.ts';

/** The levels of a kernel's make, each of which repeats that the one below it failed. */
function echo(target: string, ending = 'Error 1'): string {
  return [
    `make[4]: *** [scripts/Makefile.build:250: ${target}] ${ending}`,
    'make[4]: *** Waiting for unfinished jobs....',
    'make[3]: *** [scripts/Makefile.build:500: drivers] Error 2',
    'make[2]: *** [/tmp/source/Makefile:2022: .] Error 2',
    'make: *** [Makefile:240: __sub-make] Error 2',
  ].join('\n');
}

/** What other jobs print meanwhile. */
const OTHER_JOBS = [
  '  CC      fs/dax.o',
  '  LD [M]  drivers/dax/kmem.ko',
  'fs/xfs/xfs_file.c: In function ‘xfs_file_open’:',
  'fs/xfs/xfs_file.c:7:2: warning: unused variable ‘cpio’ [-Wunused-variable]',
  '    7 |   pr_err("No space left on device: Killed");',
  '      |   ^~~~',
  '  AR      fs/built-in.a',
];

// Error, the target whose rule failed, how it ended, and the words above make's.
const CASES = [
  ['no-tool', 'kernel/kheaders_data.tar.xz', 'Error 127', ['/bin/sh: 1: cpio: not found']],
  ['no-tool', 'kernel/kheaders_data.tar.xz', 'Error 127', ['kernel/gen_kheaders.sh: line 83: cpio: command not found']],
  ['no-tool', 'include/generated/timeconst.h', 'Error 127', ['/bin/bash: line 1: bc: command not found']],
  ['no-tool', 'include/generated/timeconst.h', 'Error 127', ['/bin/sh: line 0: bc: not found']],
  ['no-tool', 'lib/oid_registry_data.c', 'Error 127', ['make[4]: perl: No such file or directory']],
  ['no-tool', 'arch/x86/crypto/poly1305.S', 'Error 127', ['/usr/bin/env: ‘perl’: No such file or directory']],
  [
    'no-tool',
    'x.o',
    'Error 1',
    ['gcc: fatal error: cannot execute ‘cc1’: execvp: No such file or directory', 'compilation terminated.'],
  ],
  [
    'no-tool',
    'vmlinux',
    'Error 1',
    [
      'clang: error: unable to execute command: Executable "ld.lld" doesn\'t exist!',
      'clang: error: linker command failed with exit code 1 (use -v to see invocation)',
    ],
  ],
  ['no-tool', 'x.o', 'Error 1', ['ccache: error: Could not find compiler "gcc-12" in PATH']],
  [
    'no-tool',
    'vmlinux',
    'Error 1',
    [
      'BTF: .tmp_vmlinux.btf: pahole (pahole) is not available',
      'Failed to generate BTF for vmlinux',
      'Try to disable CONFIG_DEBUG_INFO_BTF',
    ],
  ],
  ['not-executable', 'scripts/basic/fixdep', 'Error 126', ['/bin/sh: 1: scripts/basic/fixdep: Permission denied']],
  [
    'crashed',
    'drivers/dax/super.o',
    'Error 1',
    [
      'drivers/dax/super.c:12:1: internal compiler error: Segmentation fault',
      '   12 | foo',
      'Please submit a full bug report, with preprocessed source (by using -freport-bug).',
    ],
  ],
  [
    'crashed',
    'drivers/dax/super.o',
    'Error 1',
    ['gcc: internal compiler error: Segmentation fault signal terminated program cc1'],
  ],
  [
    'crashed',
    'drivers/dax/super.o',
    'Error 139',
    ['clang: error: unable to execute command: Segmentation fault (core dumped)'],
  ],
  ['crashed', 'drivers/dax/super.o', 'Error 1', ['error: the compiler unexpectedly panicked. this is a bug.']],
  ['crashed', 'vmlinux', 'Error 139', ['Segmentation fault (core dumped)']],
  [
    'crashed',
    'vmlinux',
    'Error 1',
    ['collect2: fatal error: ld terminated with signal 11 [Segmentation fault], core dumped'],
  ],
  [
    'killed',
    'drivers/dax/super.o',
    'Error 1',
    ['gcc: fatal error: Killed signal terminated program cc1', 'compilation terminated.'],
  ],
  ['killed', 'vmlinux', 'Error 137', ['Killed']],
  ['killed', 'vmlinux', 'Error 1', ['collect2: fatal error: ld terminated with signal 9 [Killed]']],
  ['no-memory', 'x.o', 'Error 1', ['cc1: out of memory allocating 65536 bytes after a total of 1200128 bytes']],
  ['no-memory', 'vmlinux', 'Error 1', ['ld: failed to set dynamic section sizes: memory exhausted']],
  [
    'disk-full',
    'x.o',
    'Error 1',
    ['fs/open.c:99:1: fatal error: error writing to /tmp/ccAbC.s: No space left on device'],
  ],
  ['disk-full', 'vmlinux', 'Error 1', ['ld: final link failed: No space left on device']],
  ['cannot-write', 'x', 'Error 1', ["cp: cannot create regular file 'x': Read-only file system"]],
  [
    'no-library',
    'scripts/sign-file',
    'Error 1',
    ['scripts/sign-file.c:25:10: fatal error: openssl/opensslv.h: No such file or directory'],
  ],
  [
    'no-library',
    'tools/objtool/elf.o',
    'Error 1',
    ['tools/objtool/include/objtool/elf.h:10:10: fatal error: gelf.h: No such file or directory'],
  ],
  [
    'no-library',
    'certs/extract-cert',
    'Error 1',
    ['/usr/bin/ld: cannot find -lcrypto: No such file or directory', 'collect2: error: ld returned 1 exit status'],
  ],
  [
    'config-certificate',
    'certs/x509_certificate_list',
    'Error 1',
    ['- SSL error:FFFFFFFF80000002:system library::No such file or directory: ../crypto/bio/bss_file.c:67'],
  ],
  [
    'no-library',
    'prepare-objtool',
    'Error 1',
    [
      'Cannot generate ORC metadata for CONFIG_UNWINDER_ORC=y, please install libelf-dev, libelf-devel or elfutils-libelf-devel',
    ],
  ],
  ['error', 'vmlinux', 'Error 255', ['FAILED: load BTF from vmlinux: Invalid argument']],
  ['error', 'arch/x86/lib/foo.o', 'Error 1', ["{standard input}:120: Error: no such instruction: `foo'"]],
  ['error', 'arch/x86/lib/foo.o', 'Error 1', ['arch/x86/lib/foo.S:12: Error: junk at end of line']],
  ['error', 'fs/foo.o', 'Error 1', ['fs/foo.c:1:10: fatal error: linux/nope.h: No such file or directory']],
  ['error', 'fs/foo.o', 'Error 1', ["fs/foo.c:1:10: fatal error: 'linux/nope.h' file not found"]],
  [
    'error',
    'fs/foo.o',
    'Error 1',
    ['fs/foo.c:7:2: error: unused variable ‘x’ [-Werror=unused-variable]', 'cc1: all warnings being treated as errors'],
  ],
  [
    'error',
    'fs/foo.o',
    'Error 1',
    ['cc1: fatal error: fs/foo.c: No such file or directory', 'compilation terminated.'],
  ],
  [
    'error',
    'drivers/x/x.o',
    'Error 1',
    [
      'error[E0425]: cannot find value `x` in this scope',
      ' --> drivers/x/x.rs:3:5',
      'error: aborting due to 1 previous error',
    ],
  ],
  ['error', 'rust/bindings.rs', 'Error 1', ['Unable to generate bindings: ClangDiagnostic("fatal")']],
  ['error', 'vmlinux', 'Error 1', ['ld.lld: error: undefined symbol: nope', '>>> referenced by bus.c:12']],
  ['error', 'Module.symvers', 'Error 1', ['ERROR: modpost: "nope" [drivers/dax/kmem.ko] undefined!']],
  ['error', 'fs/foo.o', 'Error 1', ['fs/foo.o: error: objtool: foo+0x1: unreachable instruction']],
  [
    'error',
    'arch/x86/x.dtb',
    'Error 1',
    ['Error: arch/x86/x.dts:12.3-4 syntax error', 'FATAL ERROR: Unable to parse input tree'],
  ],
  ['error', 'scripts/kconfig/conf', 'Error 1', ['drivers/dax/Kconfig:3: syntax error']],
  ['error', 'fs/foo.o', 'Error 1', ['at least it says no']],
] as const;

test.each(CASES)('%s: the cause stands above what make says of %s', (kind, target, ending, words) => {
  const failed = readFailedBuild([`  GEN     ${target}`, ...words, echo(target, ending)].join('\n'));
  expect(failed).toMatchObject({ kind, title: words[0] });
  expect(failed.lines).toContain(words[0]);
  expect(failed.lines.filter((line) => line.includes('***'))).toEqual([]);
});

test.each([
  ['make[2]: *** [fs/x.o] Killed', 'killed'],
  ['make[2]: *** [scripts/Makefile.build:1: fs/x.o] Segmentation fault (core dumped)', 'crashed'],
  ['make[2]: *** [scripts/Makefile.build:1: fs/x.o] Error 127 shuffle=123', 'no-tool'],
  [
    "make[1]: *** No rule to make target '/lib/firmware/foo.bin', needed by 'drivers/base/firmware_loader/builtin/foo.bin.gen.o'.  Stop.",
    'config-file',
  ],
  [
    "make[1]: *** No rule to make target 'debian/certs/uefi.pem', needed by 'certs/x509_certificate_list'.  Stop.",
    'config-file',
  ],
  ["make[1]: *** No rule to make target 'fs/none.o', needed by 'fs/built-in.a'.  Stop.", 'error'],
  ['fs/Makefile:3: *** missing separator.  Stop.', 'error'],
])('where nothing else is said, make says it: %s', (line, kind) => {
  expect(readFailedBuild(`  CC      fs/y.o\n${line}\nmake: *** [Makefile:1: x] Error 2`)).toMatchObject({
    kind,
    title: line,
    lines: [line],
  });
});

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
  expect(readFailedBuild(log)).toStrictEqual({
    kind: 'error',
    title: 'drivers/nvdimm/bus.c:12:3: error: ‘nope’ undeclared (first use in this function)',
    lines: log.split('\n').slice(1, 5),
  });
});

test.each([
  [
    "ld: drivers/nvdimm/bus.o: in function `f':\nbus.c:(.text+0x1): undefined reference to `nope'\nmake: *** [Makefile:1: vmlinux] Error 1",
    "ld: drivers/nvdimm/bus.o: in function `f':",
  ],
  [
    'ERROR: modpost: "nope" [drivers/dax/kmem.ko] undefined!\nmake[1]: *** [scripts/Makefile.modpost:126] Error 1',
    'ERROR: modpost: "nope" [drivers/dax/kmem.ko] undefined!',
  ],
  [
    "make[2]: *** No rule to make target 'drivers/nvdimm/none.o', needed by 'drivers/nvdimm/built-in.a'.  Stop.",
    "make[2]: *** No rule to make target 'drivers/nvdimm/none.o', needed by 'drivers/nvdimm/built-in.a'.  Stop.",
  ],
])('an error of another tool is found: %s', (log, title) => expect(readFailedBuild(log).title).toBe(title));

test('an error in a header belongs to the file that includes it, and one that another job met does not', () => {
  const own = ['In file included from drivers/nvdimm/bus.c:3:', 'include/linux/x.h:7:1: error: bad', '    7 | bad'];
  expect(
    readFailedBuild(['fs/dax.c:1:1: error: of another job', ...own, echo('drivers/nvdimm/bus.o')].join('\n')),
  ).toMatchObject({ title: own[1], lines: own });
});

test.each([
  [
    [
      'Traceback (most recent call last):',
      '  File "scripts/x.py", line 3, in <module>',
      "    raise ValueError('bad')",
      'ValueError: bad',
    ],
    'ValueError: bad',
  ],
  [
    ['***', "*** The source tree is not clean, please run 'make mrproper'", '*** in /tmp', '***'],
    "*** The source tree is not clean, please run 'make mrproper'",
  ],
])('words that no table has: %s', (words, title) => {
  expect(readFailedBuild([...words, echo('x')].join('\n'))).toMatchObject({ kind: 'error', title });
});

test('a warning about a missing program that did no harm is not the cause', () => {
  const log = ['/bin/sh: 1: pahole: not found', ...OTHER_JOBS, 'fs/x.c:1:1: error: bad', echo('fs/x.o')].join('\n');
  expect(readFailedBuild(log)).toMatchObject({ kind: 'error', title: 'fs/x.c:1:1: error: bad' });
});

test('whatever other jobs print before, between and after, the cause is the same', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CASES), fc.nat(OTHER_JOBS.length), (chosen, split) => {
      const [kind, target, ending, words] = chosen;
      const quiet = readFailedBuild([...words, echo(target, ending)].join('\n'));
      const busy = readFailedBuild(
        [
          ...OTHER_JOBS,
          ...words,
          ...OTHER_JOBS.slice(split).filter((line) => line.startsWith('  ')),
          echo(target, ending),
          ...OTHER_JOBS,
          'fs/later.c:1:1: error: later',
        ].join('\n'),
      );
      expect(busy).toMatchObject({ kind, title: quiet.title });
      expect(busy.lines.join('\n')).not.toMatch(/later|xfs_file/);
    }),
  );
});
