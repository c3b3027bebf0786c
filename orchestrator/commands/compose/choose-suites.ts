import { readPackageConfig } from '../../../guests/kernels/kinds/package-config.ts';
import type { OnceKernel } from '../../model/suite-in-once.ts';
import { ALL_SUITES } from '../../suites/registry.ts';
import { STANDARD_SUITES, type OnceOptions } from './compose-once.ts';
import { isWithoutPmem } from './pmem-presets.ts';

/** What a one-shot run does when no suite is named. */
interface ChosenSuites {
  readonly suites: readonly string[];
  /** Sentences for the terminal: what, and why. */
  readonly why: readonly string[];
}

/**
 * The suites for a kernel if the user names no suite: the standard ones, and those that join them on such a kernel. fio
 * and lockdep take minutes without KVM. xfstests takes a quarter of an hour, and is left for `--group`.
 * @param kernel what `composeKernel` gives
 */
export async function chooseSuites(
  { pmem }: Pick<OnceOptions, 'pmem'>,
  kernel: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ChosenSuites> {
  const known = describeKernel(kernel);
  const isAllPmem = !pmem.some(isWithoutPmem);
  const asked = await Promise.all(
    ALL_SUITES.map(async ({ kind, once }) => ({ kind, why: await once?.joins?.(known, isAllPmem) })),
  );
  const joining = asked.filter(({ why }) => why !== undefined);
  return {
    suites: [...STANDARD_SUITES, ...joining.map(({ kind }) => kind)],
    why: [
      `suites: ${STANDARD_SUITES.join(', ')}${joining.map(({ kind, why }) => `, and ${kind}: ${why}`).join('')}`,
      ...ALL_SUITES.flatMap(({ once }) => once?.hint?.(env) ?? []),
    ],
  };
}

function describeKernel({ source, config, image, deb }: Readonly<Record<string, unknown>>): OnceKernel {
  if (source !== undefined) return { builtWith: Array.isArray(config) ? config.map(String) : [] };
  if (typeof image === 'string') return { image };
  return typeof deb === 'string' ? { readPackageConfig: async () => readPackageConfig(deb) } : {};
}
