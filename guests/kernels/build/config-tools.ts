import { InfraError } from '../../../orchestrator/model/errors.ts';
import type { DotConfig } from '../kconfig/dot-config.ts';
import { isOnPath } from './build-tools.ts';

/** Programs that the build calls for an option alone; make would only miss them after minutes. */
const WANTED: readonly (readonly [option: string, program: string])[] = [
  ['KERNEL_BZIP2', 'bzip2'],
  ['KERNEL_LZMA', 'lzma'],
  ['KERNEL_LZO', 'lzop'],
  ['KERNEL_LZ4', 'lz4'],
  ['KERNEL_ZSTD', 'zstd'],
  ['IKHEADERS', 'cpio'],
  ['CRYPTO_POLY1305_X86_64', 'perl'],
  ['DEBUG_INFO_BTF', 'pahole'],
];

/**
 * Looks for the programs that a finished configuration takes beyond those of every build. Rejects with InfraError that
 * names all that are missing.
 */
export async function requireConfigTools(config: DotConfig): Promise<void> {
  // The build then makes a key for itself.
  const signing: typeof WANTED =
    config.get('MODULE_SIG_KEY') === '"certs/signing_key.pem"' ? [['MODULE_SIG', 'openssl']] : [];
  const asked = [...WANTED, ...signing].filter(([option]) => /^[ym]$/.test(config.get(option) ?? 'n'));
  const missing = (
    await Promise.all(
      asked.map(async ([option, program]) => ((await isOnPath(program)) ? [] : [`${program} (for CONFIG_${option})`])),
    )
  ).flat();
  if (missing.length === 0) return;
  throw new InfraError(`This host cannot compile this configuration: it lacks ${missing.join(', ')}.`, {
    code: 'no-build-tools',
    remedy: 'install what is missing, or switch the option off in a fragment.',
  });
}
