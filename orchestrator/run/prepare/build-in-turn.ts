import { createDeferred } from '../../../guests/deferred.ts';
import { UserError } from '../../model/errors.ts';
import type { KernelSpec, SourceKernelSpec } from '../../model/matrix.ts';

/** Makes a kernel. `others` are those of the same source whose turn is later. */
type InTurn = <T>(spec: KernelSpec, make: (others: readonly SourceKernelSpec[]) => Promise<T>) => Promise<T>;

/**
 * Builds kernels one after the other: each takes all cores and gigabytes of disk. The one with fewest patches is first,
 * for the others are built on a copy of its tree. It gets their patches, so that a series which does not apply is reported
 * before anything is compiled. That ends the rest. Kernels that are not built do not wait.
 */
export function buildInTurn(specs: readonly KernelSpec[]): InTurn {
  const order = [
    ...new Map(
      specs.filter(({ kind }) => kind === 'source').map((spec) => [spec.name, spec as SourceKernelSpec]),
    ).values(),
  ].toSorted((a, b) => a.source.patches.length - b.source.patches.length);
  const turns = new Map(order.map(({ name }) => [name, createDeferred<void>()]));
  let refused: UserError | undefined;
  return async (spec, make) => {
    const place = order.findIndex(({ name }) => name === spec.name);
    const [own, before] = [order[place], order[place - 1]];
    if (!own) return make([]);
    if (before) await turns.get(before.name)?.promise;
    try {
      if (refused) throw refused;
      return await make(order.slice(place + 1).filter((other) => baseOf(other) === baseOf(own)));
    } catch (error) {
      if (error instanceof UserError) refused ??= error;
      throw error;
    } finally {
      turns.get(own.name)?.resolve();
    }
  };
}

/** What a kernel's patches go on. */
function baseOf({ source }: SourceKernelSpec): string {
  return JSON.stringify({ ...source, patches: [] });
}
