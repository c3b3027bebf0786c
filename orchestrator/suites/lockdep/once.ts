import type { OnceKernel, SuiteInOnce } from '../../model/suite-in-once.ts';
import { findConfig, provesLocking } from './prove-locking.ts';

/** How long an exercise keeps up its load if nobody asked for the suite. */
const BRIEF_LOAD = '5s';

export const lockdepInOnce: SuiteInOnce = {
  keys: ({ suite }) => (suite === undefined ? { duration: BRIEF_LOAD } : {}),
  async joins(kernel, isAllPmem) {
    // No exercise could run on a plain disk.
    const proof = isAllPmem ? await findProof(kernel) : undefined;
    return proof === undefined ? undefined : `${proof} has PROVE_LOCKING`;
  },
};

/** What shows that the kernel proves its locking; `undefined` where nothing does before it boots. */
async function findProof({ builtWith, image, readPackageConfig }: OnceKernel): Promise<string | undefined> {
  if (builtWith) return builtWith.includes('prove-locking') ? 'the configuration' : undefined;
  if (image !== undefined) {
    const found = findConfig(image);
    return found && provesLocking(found.text) ? found.path : undefined;
  }
  return provesLocking((await readPackageConfig?.()) ?? '') ? 'the configuration in the package' : undefined;
}
