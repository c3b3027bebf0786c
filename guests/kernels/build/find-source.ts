import type { KernelSource } from '../../../orchestrator/model/matrix.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { findDebianSource } from './debian-source.ts';
import type { FoundSource } from './source.ts';
import { findTreeSource } from './tree-source.ts';

/**
 * Finds the source that a kernel is to be built from, without its patches. Rejects with UserError, or with InfraError
 * for an archive that cannot be reached.
 */
export function findSource(source: KernelSource, context: PrepareContext): Promise<FoundSource> {
  return source.kind === 'debian' ? findDebianSource(source, context) : findTreeSource(source, context);
}
