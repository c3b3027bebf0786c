import type { KernelSpec } from '../../orchestrator/model/matrix.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { prepareDebianKernel } from './debian-kernel.ts';
import { prepareGivenKernel } from './given-kernel.ts';
import type { PreparedKernel } from './prepared-kernel.ts';

export type { PreparedKernel };

/**
 * Makes a kernel of the matrix ready to boot. Rejects with UserError when what the user named is no kernel or
 * does not exist, and with InfraError when the host or network cannot provide it.
 */
export function prepareKernel(spec: KernelSpec, context: PrepareContext): Promise<PreparedKernel> {
  return spec.kind === 'debian' ? prepareDebianKernel(spec, context) : prepareGivenKernel(spec, context);
}
