import { findKernelComplaints } from '../../../guests/kernels/find-kernel-complaints.ts';
import type { LoadedMatrix } from '../../../matrices/load.ts';
import { formatPosition, type UserError } from '../../model/errors.ts';
import { cacheDir } from '../../model/paths.ts';
import { present } from '../../model/present.ts';

/**
 * Refuses what is wrong with the kernels of a matrix that are to run: one that a filter leaves out may be broken.
 * @param nameCommit how this verb names a commit: `--ref HEAD`
 */
export async function checkKernels(
  { matrix, refuse }: LoadedMatrix,
  names: Iterable<string>,
  nameCommit: (ref: string) => string,
): Promise<void> {
  const wanted = new Set(names);
  const indexed = matrix.kernels
    .map((kernel, index) => ({ kernel, index }))
    .filter(({ kernel }) => wanted.has(kernel.name));
  const complaints = await findKernelComplaints(
    indexed.map(({ kernel }) => kernel),
    { cacheDir: cacheDir(), log: () => undefined },
  );
  refuse(
    complaints.map(({ at: [place, ...keys], error }) => {
      const remedy = nameRemedy(error, nameCommit);
      const index = indexed[Number(place)]?.index ?? 0;
      return {
        code: error.code,
        message: `${error.position ? `${formatPosition(error.position)}: ` : ''}${error.message.replace(/\.$/, '')}`,
        ...present({ remedy }),
        path: ['kernels', index, ...keys],
      };
    }),
  );
}

function nameRemedy({ code, remedy }: UserError, nameCommit: (ref: string) => string): string | undefined {
  return code === 'dirty-tree' ? `commit or stash them, or name the commit to patch: ${nameCommit('HEAD')}` : remedy;
}
