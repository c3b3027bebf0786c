import { readPackageConfig } from '../../../guests/kernels/kinds/package-config.ts';
import { findConfig, provesLocking } from '../../suites/lockdep/prove-locking.ts';
import type { OnceOptions } from './compose-once.ts';
import { isWithoutPmem } from './pmem-presets.ts';

/** What a one-shot run does when no suite is named. */
interface ChosenSuites {
  readonly suites: readonly string[];
  /** Sentences for the terminal: what, and why. */
  readonly why: readonly string[];
}

/**
 * The suites for a kernel, where none are named: fio always, and lockdep's exercises where the kernel is known to prove
 * its locking. Both take minutes without KVM; xfstests takes a quarter of an hour, and is left for `--group`. `kernel`
 * is what `composeKernel` gives.
 */
export async function chooseSuites(
  { pmem }: Pick<OnceOptions, 'pmem'>,
  kernel: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ChosenSuites> {
  // No exercise of the lockdep suite could run there.
  const proof = pmem.some(isWithoutPmem) ? undefined : await findLockdepProof(kernel);
  return {
    suites: ['fio', ...(proof === undefined ? [] : ['lockdep'])],
    why: [
      `suites: fio${proof === undefined ? '' : `, and lockdep: ${proof} has PROVE_LOCKING`}`,
      ...((env['XFSTESTS_TREE'] ?? '') === ''
        ? []
        : ['$XFSTESTS_TREE is set: --group dax runs its tests for DAX, a quarter of an hour without KVM']),
    ],
  };
}

/** What shows that the kernel proves its locking; `undefined` where nothing does before it boots. */
async function findLockdepProof({
  source,
  config,
  image,
  deb,
}: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  if (source !== undefined)
    return Array.isArray(config) && config.includes('prove-locking') ? 'the configuration' : undefined;
  if (typeof image === 'string') {
    const found = findConfig(image);
    return found && provesLocking(found.text) ? found.path : undefined;
  }
  if (typeof deb !== 'string') return undefined;
  return provesLocking((await readPackageConfig(deb)) ?? '') ? 'the configuration in the package' : undefined;
}
