import { demangleRust } from './rust-symbol.ts';

/**
 * Every frame has it, as have the lines that say where a fault or a lock is; `RIP: 0010:fn+0x1/0x2` has a colon before
 * it. On big-endian powerpc a function's code is called `.fn`.
 */
const FRAME = /(?:^|[\s(:])(\? )?(\.?)([A-Za-z_][\w.$]*)\+0x[\da-f]+\/0x[\da-f]+/;
/** A frame that was resolved already: `dax_iomap_fault+0x12/0x34 fs/dax.c:12` or `foo fs/dax.c:12 [inline]`. */
const INLINE_FRAME = /^\s+([A-Za-z_][\w.$]*) [\w./-]+:\d+ \[inline\]/;
/** x86-64 before 2.6.19: `<ffffffff802f1c12>{dm_table_destroy+18}`. */
const BRACED_FRAME = /\{(?::?\w+:)?([A-Za-z_][\w.$]*)\+\d+\}/;
/** Where the locks that are held were taken, and interrupts switched: it is no part of the defect's stack. */
const ASIDE = /^\s*#\d+: |irqs last /;
/** What compilers append to copies and parts of functions. */
const COPY_SUFFIX = /\.(?:isra|constprop|part|cold|llvm|cfi|lto_priv|localalias|clone)\b(?:\.?\d+)*/g;

export interface Frame {
  /** Without the compiler's suffixes, a Rust function's readable. */
  readonly name: string;
  /** As the kernel gave it; undefined where former versions saw no frame. */
  readonly formerName: string | undefined;
  /** The unwinder marks with ? what it merely found on the stack; without frame pointers there may be nothing else. */
  readonly certain: boolean;
}

/** Whether a line may name a function: frames have an offset, the two other forms these. */
export const mayBeFrame = (text: string): boolean =>
  text.includes('+0x') || text.endsWith('[inline]') || text.includes('}');

/** The function that a line of a stack trace names; undefined for other lines. */
export function readFrame(text: string): Frame | undefined {
  if (!mayBeFrame(text) || ASIDE.test(text)) return undefined;
  const match = FRAME.exec(text);
  const found = match?.[3] ?? INLINE_FRAME.exec(text)?.[1] ?? BRACED_FRAME.exec(text)?.[1];
  if (found === undefined) return undefined;
  const name = found.includes('.') ? found.replaceAll(COPY_SUFFIX, '') : found;
  return {
    name: demangleRust(name),
    formerName: match?.[2] === '.' ? undefined : name,
    certain: match?.[1] === undefined,
  };
}
