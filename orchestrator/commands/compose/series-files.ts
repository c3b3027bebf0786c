import { statSync } from 'node:fs';
import { UserError } from '../../model/errors.ts';
import { present } from '../../model/present.ts';

/** What the words of `pmemrig series` stand for. */
export interface SeriesFiles {
  readonly patches: readonly string[];
  /** A matrix file, for all but its kernels. */
  readonly matrix?: string;
  /** Where the answer goes: a file, or after the report. */
  readonly mail?: string | true;
}

/**
 * Parts patches from the matrix, by the latter's ending. A matrix that stands behind `--mail`, which may have a file,
 * is still the matrix.
 * @throws UserError for two matrices, for a matrix alone, and for an answer that would overwrite what looks like a
 * patch
 */
export function sortFiles(files: readonly string[], mail: string | true | undefined): SeriesFiles {
  const isMailMatrix = typeof mail === 'string' && isMatrix(mail);
  const all = isMailMatrix ? [...files, mail] : files;
  const [matrix, second] = all.filter(isMatrix);
  const patches = all.filter((file) => !isMatrix(file));
  if (second !== undefined)
    throw new UserError(`${matrix} and ${second} are two matrix files, and a series runs one`, {
      code: 'two-matrices',
      remedy: 'leave one of them out',
    });
  if (patches.length === 0)
    throw new UserError('no patch is named', {
      code: 'no-patch',
      remedy: 'name an mbox of the series, patches, or a folder of such',
    });
  const answer = isMailMatrix ? true : mail;
  if (
    typeof answer === 'string' &&
    /\.(?:mbox|mbx|patch|diff|eml)$/.test(answer) &&
    statSync(answer, { throwIfNoEntry: false })
  ) {
    throw new UserError(`--mail ${answer} would overwrite that file, which looks like a patch`, {
      code: 'mail-over-patch',
      remedy: 'name another file for the answer; a bare --mail goes behind the patches',
    });
  }
  return { patches, ...present({ matrix, mail: answer }) };
}

/** By its ending, which no patch has. */
export function isMatrix(file: string): boolean {
  return /\.ya?ml$/.test(file);
}
