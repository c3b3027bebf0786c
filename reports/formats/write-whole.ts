import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InfraError } from '../../orchestrator/model/errors.ts';

/**
 * Writes a report aside and renames it into place, with its folder if there is none: whoever reads it finds the old one
 * or the new one.
 * @throws InfraError when it cannot be written; the old one is then still there
 */
export async function writeWhole(path: string, pieces: Iterable<string>): Promise<void> {
  const aside = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(Readable.from(pieces), createWriteStream(aside));
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new InfraError(`${path} cannot be written: ${error.message}`, {
      code: 'report-write',
      remedy: 'free space or fix the permissions there, then make the reports again with `pmemrig report RUN`',
      cause: error,
    });
  }
}
