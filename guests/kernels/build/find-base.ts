import { readFile } from 'node:fs/promises';
import type { KernelConfigBase } from '../../../orchestrator/model/matrix.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { findDebianConfig } from '../kinds/debian-kernel.ts';
import type { ConfigBase } from '../kconfig/config-base.ts';
import { readUserFile } from '../kconfig/load-fragments.ts';

export interface FoundBase {
  readonly base: ConfigBase;
  /** For the build's record. */
  readonly description: string;
  /** For the run's record: what the user should know of how it was got. */
  readonly notes: readonly string[];
}

/**
 * Finds what a kernel's fragments are put on. Debian's configuration is that of its newest kernel package, which is
 * fetched as one to boot would be. Rejects with UserError for a file that cannot be read and for a kernel that Debian
 * does not have, and with InfraError.
 */
export async function findBase(base: KernelConfigBase, context: PrepareContext): Promise<FoundBase> {
  if (typeof base === 'string') return { base, description: base, notes: [] };
  if ('file' in base) {
    const { file, text } = await readUserFile(base.file, 'kernel configuration');
    return { base: { name: file, text }, description: file, notes: [] };
  }
  const { release, flavour } = base.debian;
  const { path, description, notes } = await findDebianConfig(base.debian, context);
  return {
    base: { name: `debian/${release}/${flavour}`, text: await readFile(path, 'utf8') },
    description: `configuration of ${description}`,
    notes,
  };
}
