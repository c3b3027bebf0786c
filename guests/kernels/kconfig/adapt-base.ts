import { resolve } from 'node:path';
import type { WholeConfig } from './config-base.ts';
import { type DotConfig, parseDotConfig } from './dot-config.ts';
import { formatOption, type WantedOption } from './fragment.ts';
import { composeConfig } from './merge-options.ts';
import { isThere } from '../../store/is-there.ts';

/** Raise it when the same base would be changed in another way. */
export const ADAPTATION_VERSION = 1;

/** Files that the build puts into the kernel, by option, as kconfig's strings; make stops at one that is not there. */
const SINGLE_FILES = ['SYSTEM_TRUSTED_KEYS', 'SYSTEM_REVOCATION_KEYS', 'SYSTEM_BLACKLIST_HASH_LIST', 'EFI_SBAT_FILE'];
/** A key of this name the build makes for itself. */
const OWN_KEY = '"certs/signing_key.pem"';

interface Surroundings {
  /** Top of the source that is to be built. */
  readonly sourceDir: string;
  readonly hasPahole: boolean;
}

type Setting = Pick<WantedOption, 'name' | 'value'>;

/** Options to be set otherwise, and why, as a clause. */
interface Change {
  readonly to: readonly Setting[];
  readonly why: string;
}

/**
 * A whole `.config` was made where its maker's certificates and tools are; Debian's, Ubuntu's and Fedora's do not build
 * elsewhere as they are. Changes no more than that takes, and nothing that `asked` sets: the fragments decide that. One
 * note for each change.
 */
export async function adaptBase(
  base: WholeConfig,
  asked: readonly WantedOption[],
  around: Surroundings,
): Promise<{ readonly text: string; readonly notes: readonly string[] }> {
  const config = parseDotConfig(base.text);
  const settled = new Set(asked.map(({ name }) => name));
  const reduced = asked.some(({ name, value }) => name === 'DEBUG_INFO_REDUCED' && value === 'y');
  const all = [
    ...(await dropMissingFiles(config, around.sourceDir)),
    ...(await dropMissingFirmware(config)),
    ...(settled.has('MODULE_SIG') ? [] : await settleSigning(config, around.sourceDir)),
    // Reduced debug information rules it out already.
    ...(reduced || around.hasPahole || config.get('DEBUG_INFO_BTF') !== 'y'
      ? []
      : [change('DEBUG_INFO_BTF', 'n', 'this host has no pahole')]),
  ];
  const changes = all
    .map(({ to, why }) => ({ to: to.filter(({ name }) => !settled.has(name)), why }))
    .filter(({ to }) => to.length > 0);
  const notes = changes.map(({ to, why }) => `${base.name}: ${to.map(formatOption).join(', ')}, since ${why}`);
  return {
    text:
      changes.length === 0
        ? base.text
        : composeConfig(
            base.text,
            changes.flatMap(({ to }) => to),
          ),
    notes,
  };
}

async function dropMissingFiles(config: DotConfig, sourceDir: string): Promise<Change[]> {
  const changes = SINGLE_FILES.map(async (name) => {
    const file = unquote(config.get(name));
    return file === '' || (await isThere(resolve(sourceDir, file))) ? [] : [change(name, '""', `${file} is not there`)];
  });
  return (await Promise.all(changes)).flat();
}

/** Drops firmware of a machine that the guest is not. */
async function dropMissingFirmware(config: DotConfig): Promise<Change[]> {
  const files = unquote(config.get('EXTRA_FIRMWARE'))
    .split(/\s+/)
    .filter((file) => file !== '');
  const dir = resolve('/', unquote(config.get('EXTRA_FIRMWARE_DIR')) || '/lib/firmware');
  const there = await Promise.all(files.map((file) => isThere(resolve(dir, file))));
  const missing = files.filter((_, index) => !there[index]);
  if (missing.length === 0) return [];
  const kept = files.filter((_, index) => there[index]).join(' ');
  return [
    change('EXTRA_FIRMWARE', `"${kept}"`, `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not there`),
  ];
}

/**
 * Debian leaves its key out of the published configuration, and kconfig's default is a new one for each build. So the
 * same source would never give the same kernel twice. As in Debian's own build modules then stay unsigned, which any
 * kernel loads that does not enforce signatures.
 */
async function settleSigning(config: DotConfig, sourceDir: string): Promise<Change[]> {
  if (config.get('MODULE_SIG') !== 'y') return [];
  const key = config.get('MODULE_SIG_KEY') ?? OWN_KEY;
  const file = unquote(key);
  if (file === '' || file.startsWith('pkcs11:') || (await isThere(resolve(sourceDir, file)))) return [];
  if (config.get('MODULE_SIG_FORCE') === 'y')
    return key === OWN_KEY
      ? []
      : [change('MODULE_SIG_KEY', OWN_KEY, `${file} is not there, and modules must be signed`)];
  const why = key === OWN_KEY ? 'a key of its own would make each build another kernel' : `${file} is not there`;
  return [
    {
      to: [
        { name: 'MODULE_SIG_KEY', value: '""' },
        { name: 'MODULE_SIG_ALL', value: 'n' },
      ],
      why,
    },
  ];
}

function change(name: string, value: string, why: string): Change {
  return { to: [{ name, value }], why };
}

function unquote(value = ''): string {
  return value.replace(/^"(.*)"$/, '$1');
}
