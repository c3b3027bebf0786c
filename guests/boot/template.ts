import { existsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../../orchestrator/model/message-of.ts';
import { copySparse } from '../store/sparse-file.ts';
import { digestBytes } from '../store/digest.ts';

/** Names in a template's entry of the store. Beside them lie the disks into which something was written. */
export const TEMPLATE_FILES = { ram: 'ram', state: 'state', console: 'console.log', record: 'template.json' } as const;

/** A booted guest, kept on disk, from which guests of the same boot key are forked. */
export interface Template {
  /** The boot key, which is its name in the store. */
  readonly key: string;
  readonly dir: string;
  /** The RAM, a sparse file as large as the guest's. */
  readonly ram: string;
  /** What QEMU has to know beside it. */
  readonly state: Buffer;
  /** All that the console showed up to then. */
  readonly console: Buffer;
}

const recordSchema = z.object({ stateSha256: z.string() });

/** What a template's record says of it, for {@link readTemplate} and for people. */
export function composeRecord(state: Uint8Array, about: Readonly<Record<string, string>>): string {
  return `${JSON.stringify({ ...about, stateSha256: digestBytes(state) }, undefined, 2)}\n`;
}

/**
 * Copies what a template has of these disks of a fork, which exist and are empty: it has those into which its guest, or
 * who made them, wrote something. Rejects with InfraError.
 */
export async function copyDisks({ dir }: Pick<Template, 'dir'>, disks: readonly string[]): Promise<void> {
  for (const disk of disks) {
    const kept = join(dir, basename(disk));
    if (existsSync(kept)) await copySparse(kept, disk);
  }
}

/** Keeps of a template's folder the disks that hold something, and removes the others. */
export async function keepDisks(disks: readonly string[]): Promise<void> {
  for (const disk of disks) if ((await stat(disk)).blocks === 0) await rm(disk);
}

/** Reads a template but for its RAM. Rejects with an Error, a clause on what is wrong with it. */
export async function readTemplate(dir: string, key: string): Promise<Template> {
  const [state, console, record] = await Promise.all(
    [TEMPLATE_FILES.state, TEMPLATE_FILES.console, TEMPLATE_FILES.record].map(async (name) =>
      readFile(join(dir, name)),
    ),
  ).catch((error: unknown) => {
    throw new Error(`it cannot be read: ${messageOf(error)}`, { cause: error });
  });
  if (state === undefined || console === undefined || record === undefined) throw new Error('it is not whole');
  if (readDigest(record) !== digestBytes(state))
    throw new Error(`${TEMPLATE_FILES.state} is not what it was when it was made`);
  return { key, dir, ram: join(dir, TEMPLATE_FILES.ram), state, console };
}

function readDigest(record: Buffer): string | undefined {
  try {
    return recordSchema.parse(JSON.parse(record.toString())).stateSha256;
  } catch {
    return undefined;
  }
}
