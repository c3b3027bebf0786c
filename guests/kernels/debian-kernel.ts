import { join } from 'node:path';
import { UserError } from '../../orchestrator/model/errors.ts';
import type { KernelSpec } from '../../orchestrator/model/matrix.ts';
import { digestOf, shortDigest } from '../store/digest.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { removeTree } from '../store/remove-tree.ts';
import { getOrCreate } from '../store/store.ts';
import { type DebianArchive, openDebianArchive } from './debian-apt.ts';
import { prepareInitramfs } from './kernel-initramfs.ts';
import { prepareNewest } from './last-prepared.ts';
import { kernelPackageOf, type PackageRecord } from './package-record.ts';
import { bootImage } from './pvh-kernel.ts';
import type { PreparedKernel } from './prepared-kernel.ts';
import { unpackKernelPackage } from './unpack-kernel-package.ts';

type DebianKernelSpec = Extract<KernelSpec, { kind: 'debian' }>;
/** One of a release's kernels. */
type Which = Pick<DebianKernelSpec, 'release' | 'flavour'>;

/** Raise it when an entry of the store would come out different from the same package. */
const RECIPE_VERSION = 2;

/** Fetches the newest kernel package of a Debian suite and flavour and makes it ready to boot. */
export async function prepareDebianKernel(spec: DebianKernelSpec, context: PrepareContext): Promise<PreparedKernel> {
  const { record, entry, description, notes } = await findEntry(spec, context);
  const release = releaseOf(record);
  const initramfs = await prepareInitramfs({ entry, digest: record.sha256, release, hasModules: true }, context);

  return {
    name: spec.name,
    image: await bootImage(entry),
    release,
    description,
    initramfs: initramfs.path,
    modulesDisk: join(entry, 'modules.ext4'),
    config: join(entry, 'config'),
    digest: initramfs.digest,
    notes,
  };
}

/** The `.config` of the kernel that {@link prepareDebianKernel} makes ready, fetched as that is. */
export async function findDebianConfig(which: Which, context: PrepareContext): Promise<{ readonly path: string; readonly description: string; readonly notes: readonly string[] }> {
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
      find: (archive) => findKernelPackage(spec, archive),
      prepare: (record, fetch) => prepareEntry(spec, record, fetch, context),
    },
    context,
  );
  const { record, prepared: entry, offline } = newest;
  const description = describeKernel(spec, record);
  return { record, entry, description, notes: offline === undefined ? [] : [`${offline}; kernel ${description}`] };
}

function metaPackageOf({ flavour }: Which): string {
  return `linux-image-${flavour}`;
}

function releaseOf(record: PackageRecord): string {
  return record.name.replace(/^linux-image-/, '');
}

function describeKernel(spec: Which, record: PackageRecord): string {
  return `${record.name} ${record.version} (${spec.release})`;
}

/** The store entry of one version of a kernel package. */
function prepareEntry(spec: Which, record: PackageRecord, fetch: (dir: string) => Promise<string>, context: PrepareContext): Promise<string> {
  const key = `${record.name}_${record.version}-${shortDigest(digestOf(RECIPE_VERSION, record.sha256))}`;
  const build = async (dir: string): Promise<void> => {
    context.log(`fetching ${describeKernel(spec, record)}`);
    const deb = await fetch(dir);
    context.log(`unpacking ${describeKernel(spec, record)}`);
    await unpackKernelPackage({ deb, dir }, context);
    await removeTree(deb);
  };
  return getOrCreate({ kind: 'kernels', key, build }, context);
}

async function findKernelPackage(spec: Which, archive: DebianArchive): Promise<PackageRecord> {
  const metaName = metaPackageOf(spec);
  const meta = await archive.find(metaName);
  if (!meta) {
    throw new UserError(`Debian ${spec.release} has no kernel package ${metaName}.`, {
      code: 'unknown-debian-kernel',
      remedy: 'choose another flavour: amd64, cloud-amd64 or rt-amd64.',
    });
  }
  const name = kernelPackageOf(meta);
  const record = name === meta.name ? meta : await archive.find(name);
  if (!record) {
    throw new UserError(`The package ${metaName} of Debian ${spec.release} wants ${name}, which that suite does not have.`, {
      code: 'unknown-debian-kernel',
      remedy: 'the suite is being updated, or it is not a whole one: choose another release.',
    });
  }
  return record;
}
