import type { CpuState } from '../architecture.ts';

/** The low bits of CR3 are no address; with page-table isolation bit 12 says whether it is the kernel's half. */
const NO_ADDRESS = 0x1fffn;

/** Reads QEMU's dump of the registers of all CPUs: `… CPL=3 … HLT=0` and `CR3=0000000004b2e000`. */
export function readRegisters(text: string): CpuState[] {
  return text.split(/^CPU#\d+\s*$/m).flatMap((part): CpuState[] => {
    const [, level, halted] = /\bCPL=(\d)\b.*\bHLT=(\d)\b/.exec(part) ?? [];
    const space = /\bCR3=([\da-f]+)\b/i.exec(part)?.[1];
    if (level === undefined || space === undefined) return [];
    const address = BigInt(`0x${space}`) & ~NO_ADDRESS;
    return [{ what: halted === '1' ? 'idle' : level === '3' ? 'user' : 'kernel', space: address.toString(16) }];
  });
}
