import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import { type ToolOptions, tryTool } from '../../store/run-tool.ts';
import { collectParts, namedRelease } from './kernel-parts.ts';
import { splitDepends } from '../../apt/package-record.ts';

const BY_NUMBER = new Intl.Collator('en', { numeric: true });

/** A .deb on this host. */
interface LocalPackage {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly depends: readonly string[];
}

/**
 * The packages that together are the kernel of a .deb: itself, what it depends on of the same release, and modules that
 * lie beside it. Debugging symbols and headers are none of them. Rejects with UserError when one is missing.
 */
export async function findPackageFamily(
  path: string,
  options: ToolOptions = {},
): Promise<readonly [string, ...string[]]> {
  const given = await readControl(path, options);
  const release = namedRelease(given?.name ?? '');
  // What cannot be read is for the unpacking to explain.
  if (given === undefined || release === undefined) return [path];
  const siblings = (await readFolder(path, release, options)).filter(({ name }) => namedRelease(name) === release);
  const find = async (name: string): Promise<LocalPackage | undefined> =>
    pickVersion(
      siblings.filter((it) => it.name === name),
      given.version,
    );
  const parts = await collectParts(given, { find, missing: (names, wantedBy) => missingPart(names, wantedBy, path) });
  // linux-binary-… knows nothing of its modules, Ubuntu's linux-image-… nothing of linux-modules-extra-….
  const modules = new Set(
    siblings
      .map(({ name }) => name)
      .filter((name) => name.startsWith('linux-modules-') && !parts.some((part) => part.name === name)),
  );
  const others = await Promise.all([...modules].map(find));
  return [path, ...[...parts.slice(1), ...others.flatMap((it) => it ?? [])].map((it) => it.path)];
}

/** The package of the same version if there is one, else the newest: a signed package may have been built again. */
function pickVersion(candidates: readonly LocalPackage[], version: string): LocalPackage | undefined {
  return (
    candidates.find((it) => it.version === version) ??
    candidates.toSorted((a, b) => compareVersions(b.version, a.version))[0]
  );
}

/**
 * Numbers in versions count as numbers. Enough for the builds of one release; dpkg's own order knows epochs and `~`.
 */
function compareVersions(a: string, b: string): number {
  return BY_NUMBER.compare(a, b);
}

/**
 * The parts of kernels that lie beside a package, by their file names of its release: a folder of builds may hold
 * hundreds.
 */
async function readFolder(path: string, release: string, options: ToolOptions): Promise<readonly LocalPackage[]> {
  const folder = dirname(path);
  const names = (await readdir(folder))
    .filter(
      (name) => /^linux-(?:binary|modules|base)-.*\.deb$/.test(name) && name.replaceAll(/%2b/gi, '+').includes(release),
    )
    .toSorted();
  const read = await Promise.all(names.map(async (name) => readControl(join(folder, name), options)));
  return read.flatMap((it) => it ?? []);
}

async function readControl(path: string, { signal }: ToolOptions): Promise<LocalPackage | undefined> {
  const { ok, stdout } = await tryTool(
    ['dpkg-deb', '--show', '--showformat', '${Package}\\n${Version}\\n${Depends}\\n', path],
    { signal },
  );
  const [name = '', version = '', depends] = stdout.split('\n');
  return ok && name !== '' ? { path, name, version, depends: splitDepends(depends) } : undefined;
}

function missingPart(names: readonly string[], wantedBy: string, path: string): UserError {
  return new UserError(
    `The kernel package ${wantedBy} needs ${names.join(' or ')}, which does not lie beside ${path}.`,
    {
      code: 'package-part-missing',
      remedy:
        `put ${names[0] ?? 'it'} into the same folder: ` +
        `\`apt-get download ${names[0] ?? ''}\`, or from where ${basename(path)} came.`,
    },
  );
}
