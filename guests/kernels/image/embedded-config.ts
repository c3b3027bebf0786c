import { open } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { readAt } from './elf-notes.ts';

/** The marks around the gzipped `.config` in an unpacked kernel, as the kernel's kernel/configs.c has them. */
const [BEGIN, END] = [Buffer.from('IKCFG_ST'), Buffer.from('IKCFG_ED')];
const CHUNK_BYTES = 4 << 20;
/** A gzipped `.config` of a distribution has about 60 KiB. */
const MAX_CONFIG_BYTES = 1 << 20;

/** The `.config` that an unpacked kernel carries in itself (CONFIG_IKCONFIG); `undefined` if it has none. */
export async function readEmbeddedConfig(path: string): Promise<string | undefined> {
  await using file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  for (let at = 0; ; at += CHUNK_BYTES) {
    // The chunks overlap, for a mark across two of them.
    const chunk = await readAt(file, at, CHUNK_BYTES + BEGIN.length);
    if (chunk.length === 0) return undefined;
    for (let found = chunk.indexOf(BEGIN); found !== -1; found = chunk.indexOf(BEGIN, found + 1)) {
      const packed = await readAt(file, at + found + BEGIN.length, MAX_CONFIG_BYTES);
      const config = unpack(packed.subarray(0, Math.max(0, packed.indexOf(END))));
      if (config !== undefined) return config;
    }
  }
}

function unpack(packed: Buffer): string | undefined {
  try {
    return gunzipSync(packed).toString('utf8');
  } catch {
    // The mark's letters alone, in a program that looks for them.
    return undefined;
  }
}
