import { expect, test } from 'vitest';
import { readRegisters } from './registers.ts';

/** The part of QEMU's dump that matters, in its form. */
const dump = (number: number, level: number, halted: number, space: string) => `
CPU#${number}
RAX=0000000000000000 RBX=ffff88807dd2a800
RIP=ffffffff81e2d37b RFL=00000246 [---Z-P-] CPL=${level} II=0 A20=1 SMM=0 HLT=${halted}
ES =0000 0000000000000000 ffffffff 00000000
CR0=80050033 CR2=00007f4df8d0c010 CR3=${space} CR4=000006f0
EFER=0000000000000d01`;

test('each CPU is read for what it does, and in which process', () => {
  expect(
    readRegisters(
      `${dump(0, 0, 1, '0000000002a0a000')}\n${dump(1, 3, 0, '0000000004b2f006')}\n${dump(2, 0, 0, '0000000004b2e001')}\n`,
    ),
  ).toEqual([
    { what: 'idle', space: '2a0a000' },
    { what: 'user', space: '4b2e000' },
    { what: 'kernel', space: '4b2e000' },
  ]);
});

test('what is no dump of an x86 CPU has no CPUs', () =>
  expect(readRegisters('CPU#0\nPC=ffff800010 X00=0\nPSTATE=600000c5 -ZC- EL1h\n')).toEqual([]));
