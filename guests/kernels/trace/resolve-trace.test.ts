import { execaSync } from 'execa';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createTraceResolver, parseAddr2line } from './resolve-trace.ts';
import { findAddress, parseSymbols } from './symbol-table.ts';

test('a function of a unique name is found by it, one of several by its size', () => {
  const table = parseSymbols(
    'ffffffff81000000 T one\nffffffff81000040 t twice\nffffffff81000050 t twice\nffffffff81000080 T end\nffffffff82000000 D data\n',
  );
  expect(findAddress(table, 'one', 0x99)).toBe(0xffffffff81000000n);
  expect(findAddress(table, 'twice', 0x30)).toBe(0xffffffff81000050n);
  expect(findAddress(table, 'twice', 0x31)).toBeUndefined();
  expect(findAddress(table, 'data', 1)).toBeUndefined();
});

test('an inlined function is reported with the places that inlined it, and what has no line not at all', () => {
  const output = `0xffffffff81000012
/build/linux/./include/linux/rcupdate.h:300
/build/linux/drivers/nvdimm/pmem.c:210 (discriminator 3)
0xffffffff81000013
??:?
0xffffffff81000014
/build/linux/fs/dax.c:?
`;
  expect([...parseAddr2line(output)]).toEqual([
    [0xffffffff81000012n, 'include/linux/rcupdate.h:300, inlined at drivers/nvdimm/pmem.c:210'],
  ]);
});

/** Needed for building kernels alone, so not every host has it. */
const COMPILER = 'cc';

test.skipIf(execaSync(COMPILER, ['--version'], { reject: false }).failed)(
  'frames of a real image get their lines; those of modules and other lines stay',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'pmemrig-resolve-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    writeFileSync(join(dir, 'kernel.c'), 'int sink(int);\nint victim(int x)\n{\n\treturn sink(x) + 1;\n}\n');
    writeFileSync(
      join(dir, 'main.c'),
      'int sink(int x) { return x; }\nint victim(int);\nint main(void) { return victim(0); }\n',
    );
    const image = join(dir, 'vmlinux');
    execaSync(COMPILER, ['-g', '-O1', '-fno-inline', '-o', image, join(dir, 'kernel.c'), join(dir, 'main.c')]);
    const lines = ['Call Trace:', ' victim+0xd/0x12', ' nd_pmem_probe+0x1/0x2 [nd_pmem]', ' nobody+0x1/0x2'];
    expect(await createTraceResolver(image)(lines)).toEqual([
      lines[0],
      expect.stringMatching(/^ victim\+0xd\/0x12 \(.*kernel\.c:[2-5]\)$/),
      lines[2],
      lines[3],
    ]);
  },
);
