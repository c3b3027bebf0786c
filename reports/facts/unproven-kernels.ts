import { shownAttempt } from '../fold/outcomes.ts';
import type { CellSummary, RunSummary, TestSummary } from '../fold/summary.ts';

/** A kernel on which the rig did not prove that it sees: see docs/selftest.md. */
export interface BlindKernel {
  readonly kernel: string;
  /** In words, for a reader who is about to trust the passes on this kernel. */
  readonly warning: string;
}

/** Kernels of whose selftests one came to nothing: a pass there may be a problem that the rig did not see. */
export function findBlindKernels({ cells }: Pick<RunSummary, 'cells'>): readonly BlindKernel[] {
  return [...new Set(cells.map(({ kernel }) => kernel))].flatMap((kernel) => {
    const proofs = cells.filter((cell) => cell.kernel === kernel).flatMap(findProofs);
    const failed = proofs.filter(({ outcome }) => outcome === 'infra');
    if (failed.length === 0) return [];
    const all = proofs.length === 1 ? 'its one selftest' : `all ${proofs.length} selftests`;
    const names =
      failed.length === proofs.length
        ? all
        : `${failed.length} of ${proofs.length} selftests (${failed.map(({ name }) => name).join(', ')})`;
    const why = failed[0] && shownAttempt(failed[0])?.message;
    return [
      {
        kernel,
        warning:
          `the rig is not proven to see on ${kernel}, so its passes there prove little: ` +
          `${names} failed${why === undefined ? '' : `; ${why}`}`,
      },
    ];
  });
}

function findProofs({ tests }: CellSummary): readonly TestSummary[] {
  return tests.filter(({ expects }) => expects !== undefined);
}
