import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { writeWhole } from '../../orchestrator/model/write-whole.ts';

/**
 * Writes a report whole, and makes its folder if there is none.
 * @throws InfraError when it cannot be written; the old one is then still there
 */
export async function writeReportFile(path: string, pieces: Iterable<string>): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, pieces);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new InfraError(`${path} cannot be written: ${error.message}`, {
      code: 'report-write',
      remedy: 'free space or fix the permissions there, then make the reports again with `pmemrig report RUN`',
      cause: error,
    });
  }
}
