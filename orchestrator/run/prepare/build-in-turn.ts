import { createDeferred } from '../../../guests/deferred.ts';
import { UserError } from '../../model/errors.ts';
import type { KernelSpec } from '../../model/matrix.ts';

type InTurn = <T>(spec: KernelSpec, make: () => Promise<T>) => Promise<T>;

/**
 * Kernels that the rig builds are built one after the other. Each takes all cores and gigabytes of disk, and ccache has
 * for the next what one compiled. The one with most patches is first. A series that does not apply is then reported
 * before anything is compiled, and ends the rest. Other kernels do not wait.
 */
export function buildInTurn(specs: readonly KernelSpec[]): InTurn {
  const order = [
    ...new Map(specs.filter(({ kind }) => kind === 'source').map((spec) => [spec.name, spec])).values(),
  ].toSorted((a, b) => countPatches(b) - countPatches(a));
  const turns = new Map(order.map(({ name }) => [name, createDeferred<void>()]));
  let refused: UserError | undefined;
  return async (spec, make) => {
    const turn = turns.get(spec.name);
    if (!turn) return make();
    const before = order[order.findIndex(({ name }) => name === spec.name) - 1];
    if (before) await turns.get(before.name)?.promise;
    try {
      if (refused) throw refused;
      return await make();
    } catch (error) {
      if (error instanceof UserError) refused ??= error;
      throw error;
    } finally {
      turn.resolve();
    }
  };
}

function countPatches(spec: KernelSpec): number {
  return spec.kind === 'source' ? spec.source.patches.length : 0;
}
