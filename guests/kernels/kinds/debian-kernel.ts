import { join } from 'node:path';
import { GUEST_ARCHITECTURE } from '../../../orchestrator/model/architecture.ts';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { KernelSpec } from '../../../orchestrator/model/matrix.ts';
import { digestOf, shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { removeTree } from '../../store/remove-tree.ts';
import { getOrCreate } from '../../store/store.ts';
import { type DebianArchive, openDebianArchive } from '../../apt/debian-apt.ts';
import { prepareInitramfs } from '../boot/kernel-initramfs.ts';
import { collectParts, namedRelease, unsignedName } from './kernel-parts.ts';
import { type FetchPackage, type PackageRecords, prepareNewest } from '../../apt/last-prepared.ts';
import { kernelPackageOf, type PackageRecord } from '../../apt/package-record.ts';
import { MODULE_FILES } from '../boot/module-tree.ts';
import { bootImage } from '../image/pvh-kernel.ts';
import type { PreparedKernel } from '../prepared-kernel.ts';
import { type KernelArchive, unpackKernel } from './unpack-kernel.ts';

type DebianKernelSpec = Extract<KernelSpec, { kind: 'debian' }>;
/** One of a release's kernels. */
type Which = Pick<DebianKernelSpec, 'release' | 'flavour'>;

/** Raise it when an entry of the store would come out different from the same package. */
const RECIPE_VERSION = 2;

/** Fetches the newest kernel package of a Debian suite and flavour and makes it ready to boot. */
export async function prepareDebianKernel(spec: DebianKernelSpec, context: PrepareContext): Promise<PreparedKernel> {
  const { records, entry, description, notes } = await findEntry(spec, context);
  const release = releaseOf(records[0]);
  const initramfs = await prepareInitramfs({ entry, digest: digestOfAll(records), release, hasModules: true }, context);

  return {
    name: spec.name,
    image: await bootImage(entry),
    release,
    description,
    initramfs: initramfs.path,
    modulesDisk: join(entry, 'modules.ext4'),
    config: join(entry, 'config'),
    headers: { suite: spec.release, package: `linux-headers-${release}`, version: records[0].version },
    digest: initramfs.digest,
    notes,
  };
}

/** The `.config` of the kernel that {@link prepareDebianKernel} makes ready, fetched as that is. */
export async function findDebianConfig(
  which: Which,
  context: PrepareContext,
): Promise<{ readonly path: string; readonly description: string; readonly notes: readonly string[] }> {
  const { entry, description, notes } = await findEntry(which, context);
  return { path: join(entry, 'config'), description, notes };
}

/** The store entry of the newest package. */
async function findEntry(spec: Which, context: PrepareContext) {
  const newest = await prepareNewest(
    {
      suite: spec.release,
      name: metaPackageOf(spec),
      open: () => openDebianArchive(spec.release, context),
      find: (archive) => findKernelPackages(spec, archive),
      prepare: (records, fetch) => prepareEntry(spec, records, fetch, context),
    },
    context,
  );
  const { records, prepared: entry, offline } = newest;
  const description = describeKernel(spec, records[0]);
  return { records, entry, description, notes: offline === undefined ? [] : [`${offline}; kernel ${description}`] };
}

const OTHER_FLAVOURS = `choose another flavour: ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(GUEST_ARCHITECTURE.debianFlavours)}.`;

function metaPackageOf({ flavour }: Which): string {
  return `linux-image-${flavour}`;
}

/** What `uname -r` says, by the name of the package. */
function releaseOf({ name }: PackageRecord): string {
  const release = namedRelease(name);
  if (release !== undefined) return release;
  throw new UserError(`${name} is no kernel: no release stands in its name.`, {
    code: 'unknown-debian-kernel',
    remedy: OTHER_FLAVOURS,
  });
}

/** A kernel in one package goes by that package's digest. */
function digestOfAll([first, ...others]: PackageRecords): string {
  return others.length === 0 ? first.sha256 : digestOf(first.sha256, ...others.map(({ sha256 }) => sha256));
}

function describeKernel(spec: Which, record: PackageRecord): string {
  return `${record.name} ${record.version} (${spec.release})`;
}

/** The store entry of one version of a kernel. */
function prepareEntry(
  spec: Which,
  records: PackageRecords,
  fetch: FetchPackage,
  context: PrepareContext,
): Promise<string> {
  const [record, ...others] = records;
  const key = `${record.name}_${record.version}-${shortDigest(digestOf(RECIPE_VERSION, digestOfAll(records)))}`;
  const build = async (dir: string): Promise<void> => {
    context.log(`fetching ${describeKernel(spec, record)}`);
    const fetchOne = async (part: PackageRecord): Promise<KernelArchive> => ({
      path: await fetch(part, dir),
      label: `${part.name} ${part.version}`,
    });
    const first = await fetchOne(record);
    const rest: KernelArchive[] = [];
    for (const part of others) rest.push(await fetchOne(part));
    context.log(`unpacking ${describeKernel(spec, record)}`);
    await unpackKernel({ archives: [first, ...rest], dir }, context);
    await Promise.all([first, ...rest].map(async ({ path }) => removeTree(path)));
  };
  return getOrCreate({ kind: 'kernels', key, holds: () => ['vmlinuz', ...MODULE_FILES], build }, context);
}

/**
 * The packages of the newest kernel of a flavour, by the archive's own dependencies. A flavour with `-unsigned` behind
 * it is one that Debian has not signed.
 */
async function findKernelPackages(spec: Which, archive: DebianArchive): Promise<PackageRecords> {
  const metaName = metaPackageOf(spec);
  const signedName = metaName.replace(/-unsigned$/, '');
  if (metaName.endsWith('-dbg')) {
    throw new UserError(`${metaName} is no kernel but its debugging symbols.`, {
      code: 'unknown-debian-kernel',
      remedy: `choose the flavour ${spec.flavour.replace(/-dbg$/, '')}.`,
    });
  }
  const meta = (await archive.find(metaName)) ?? (signedName === metaName ? undefined : await archive.find(signedName));
  if (!meta) {
    throw new UserError(`Debian ${spec.release} has no kernel package ${metaName}.`, {
      code: 'unknown-debian-kernel',
      remedy: OTHER_FLAVOURS,
    });
  }
  const missing = (names: readonly string[], wantedBy: string): UserError =>
    new UserError(
      `The package ${wantedBy} of Debian ${spec.release} wants ${names.join(' or ')}, which that suite does not have.`,
      {
        code: 'unknown-debian-kernel',
        remedy: 'the suite is being updated, or it is not a whole one: choose another release.',
      },
    );
  const wantsUnsigned = meta.name !== metaName;
  const find = async (name: string): Promise<PackageRecord | undefined> => {
    const unsigned = wantsUnsigned ? unsignedName(name) : undefined;
    return (unsigned === undefined ? undefined : await archive.find(unsigned)) ?? (await archive.find(name));
  };
  const name = kernelPackageOf(meta);
  const kernel = await find(name);
  if (!kernel) throw missing([name], metaName);
  return collectParts(kernel, { find, missing });
}
