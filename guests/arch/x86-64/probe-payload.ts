/** What the probe prints on the serial line when it got through. */
export const PROBE_WORD = 'OK';
/** Port of `isa-debug-exit`; QEMU ends with `(value << 1) | 1`. */
export const PROBE_EXIT_PORT = 0x501;
const EXIT_VALUE = 0x10;
export const PROBE_EXIT_CODE = (EXIT_VALUE << 1) | 1;

/** MiB to clear: a few milliseconds where virtualisation works, half a minute where it is emulated. */
const CLEAR_ROUNDS = 64;

const ORIGIN = 0x7c00;
const SECTOR_SIZE = 512;

/**
 * A boot sector that does what a kernel does first, where half-working virtualisation shows. It sleeps until timer
 * interrupts wake it, builds page tables, goes to long mode, clears memory, prints {@link PROBE_WORD} and leaves.
 * Virtualisation in software (kvm_pvm) emulates the clearing byte by byte. There the rest runs well, and a Linux guest
 * is stuck in its first instructions.
 */
export function composeProbePayload(): Uint8Array {
  const gdt = [
    ...quad(0n), // no segment 0
    ...quad(0x00209a0000000000n), // 0x08: 64-bit code
  ];
  // Both tables' places follow from the code's length, which does not depend on them.
  const length = realMode({ gdtPointer: 0, longMode: 0 }).length;
  const long = longMode();
  const gdtAt = ORIGIN + length + long.length;
  const code = [
    ...realMode({ gdtPointer: gdtAt + gdt.length, longMode: ORIGIN + length }),
    ...long,
    ...gdt,
    ...word(gdt.length - 1),
    ...word(gdtAt),
    ...word(0),
  ];
  const sector = new Uint8Array(SECTOR_SIZE);
  sector.set(code);
  sector.set([0x55, 0xaa], SECTOR_SIZE - 2); // the mark that makes it bootable
  return sector;
}

function realMode(at: { readonly gdtPointer: number; readonly longMode: number }): number[] {
  return [
    [0xfa, 0x66, 0x31, 0xc0], // cli; xor eax,eax
    [0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0], // mov ds,ax; mov es,ax; mov ss,ax
    [0xbc, ...word(ORIGIN)], // mov sp,ORIGIN
    [0xfb, 0xf4, 0xf4, 0xf4, 0xfa], // sti; hlt; hlt; hlt; cli: the BIOS has the timer tick 18 times a second
    [0xfc, 0xbf, ...word(0x1000), 0xb9, ...word(0xc00), 0xf3, 0x66, 0xab], // cld; mov di,0x1000; mov cx,0xc00; rep stosd: three empty pages
    [0xc7, 0x06, ...word(0x1000), ...word(0x2003)], // page map → 0x2000, present and writable
    [0xc7, 0x06, ...word(0x2000), ...word(0x3003)], // directory pointers → 0x3000
    [0xc7, 0x06, ...word(0x3000), ...word(0x0083)], // directory: the first 2 MiB as one page
    [0x0f, 0x20, 0xe0, 0x0c, 0x20, 0x0f, 0x22, 0xe0], // mov eax,cr4; or al,PAE; mov cr4,eax
    [0x66, 0xb8, ...word(0x1000), ...word(0), 0x0f, 0x22, 0xd8], // mov eax,0x1000; mov cr3,eax
    [0x66, 0xb9, ...word(0x0080), ...word(0xc000)], // mov ecx,EFER
    [0x0f, 0x32, 0x80, 0xcc, 0x01, 0x0f, 0x30], // rdmsr; or ah,LME; wrmsr
    [0x0f, 0x01, 0x16, ...word(at.gdtPointer)], // lgdt [gdtPointer]
    [0x0f, 0x20, 0xc0, 0x66, 0x0d, ...word(0x0001), ...word(0x8000), 0x0f, 0x22, 0xc0], // mov eax,cr0; or eax,PG|PE; mov cr0,eax
    [0xea, ...word(at.longMode), ...word(0x08)], // jmp 0x08:longMode
  ].flat();
}

function longMode(): number[] {
  const print = Array.from(PROBE_WORD).flatMap((letter) => [0xb0, letter.charCodeAt(0), 0xee]); // mov al,letter; out dx,al
  return [
    // Long mode's default operand size is 32 bits.
    [0xb2, CLEAR_ROUNDS], // mov dl,CLEAR_ROUNDS
    [0xbf, ...word(0), ...word(0x10)], // again: mov edi,1 MiB
    [0xb9, ...word(0), ...word(0x10)], // mov ecx,1 MiB
    [0x31, 0xc0, 0xf3, 0xaa], // xor eax,eax; rep stosb, as clear_bss of arch/x86/kernel/head64.c
    [0xfe, 0xca, 0x75, 0xee], // dec dl; jnz again
    [0x66, 0xba, ...word(0x3f8)], // mov dx,COM1
    print,
    [0x66, 0xba, ...word(PROBE_EXIT_PORT), 0xb0, EXIT_VALUE, 0xee], // mov dx,PROBE_EXIT_PORT; mov al,EXIT_VALUE; out dx,al
    [0xf4, 0xeb, 0xfd], // hlt, for ever
  ].flat();
}

function word(value: number): number[] {
  return [value & 0xff, value >> 8];
}

function quad(value: bigint): number[] {
  return [...new Uint8Array(BigUint64Array.of(value).buffer)];
}
