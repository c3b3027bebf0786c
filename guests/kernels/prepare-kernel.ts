import type { KernelSpec, SourceKernelSpec } from '../../orchestrator/model/matrix.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { checkBootDrivers } from './boot/boot-drivers.ts';
import { prepareSourceKernel } from './build/build-kernel.ts';
import { prepareDebianKernel } from './kinds/debian-kernel.ts';
import { prepareGivenKernel } from './kinds/given-kernel.ts';
import { preparePackageKernel } from './kinds/package-kernel.ts';
import type { PreparedKernel } from './prepared-kernel.ts';

export type { PreparedKernel };

/**
 * Makes a kernel of the matrix ready to boot. Rejects with UserError when what the user named is no kernel, does not
 * exist or lacks a driver that every guest needs. Rejects with KernelError when it does not compile, and with
 * InfraError when the host or network cannot provide it. `others` are kernels of the same source that are built after it.
 */
export async function prepareKernel(
  spec: KernelSpec,
  context: PrepareContext,
  others?: readonly SourceKernelSpec[],
): Promise<PreparedKernel> {
  return checkBootDrivers(await prepareKind(spec, context, others));
}

async function prepareKind(
  spec: KernelSpec,
  context: PrepareContext,
  others?: readonly SourceKernelSpec[],
): Promise<PreparedKernel> {
  switch (spec.kind) {
    case 'debian':
      return prepareDebianKernel(spec, context);
    case 'package':
      return preparePackageKernel(spec, context);
    case 'image':
      return prepareGivenKernel(spec, context);
    case 'source':
      return prepareSourceKernel(spec, context, others);
    default:
      return spec satisfies never;
  }
}
