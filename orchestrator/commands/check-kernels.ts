import { findKernelComplaints } from '../../guests/kernels/find-kernel-complaints.ts';
import type { LoadOptions } from '../../matrices/load.ts';
import { formatPosition, type UserError } from '../model/errors.ts';
import { cacheDir } from '../model/paths.ts';

/** What is wrong with the kernels of a matrix, for its loader. `nameCommit` is how this verb names a commit: `--ref HEAD`. */
export function checkKernels(nameCommit: (ref: string) => string): NonNullable<LoadOptions['checkKernels']> {
  return async (kernels) => {
    const complaints = await findKernelComplaints(kernels, { cacheDir: cacheDir(), log: () => undefined });
    return complaints.map(({ at, error }) => {
      const remedy = nameRemedy(error, nameCommit);
      return { code: error.code, message: `${error.position ? `${formatPosition(error.position)}: ` : ''}${error.message.replace(/\.$/, '')}`, ...(remedy !== undefined && { remedy }), path: at };
    });
  };
}

function nameRemedy({ code, remedy }: UserError, nameCommit: (ref: string) => string): string | undefined {
  return code === 'dirty-tree' ? `commit or stash them, or name the commit to patch: ${nameCommit('HEAD')}` : remedy;
}
