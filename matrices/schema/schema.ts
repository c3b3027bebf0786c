import * as z from 'zod';
import { GUEST_ARCHITECTURE } from '../../orchestrator/model/architecture.ts';
import { GUEST_BEGINNINGS, PACKAGE_SETS } from '../../orchestrator/model/matrix.ts';
import { debianRelease as release, name, listOf, path, record, refuse, size, text, words } from '../values/scalars.ts';
import { pmemSchema } from './schema-pmem.ts';
import { checkSourceKernel, sourceKernelKeys } from './schema-kernel-source.ts';
import { knownSchema } from './schema-known.ts';
import { ruleSchema, excludeSchema } from './schema-rules.ts';
import { anySuite, suiteSchema, suiteUnion } from './schema-suite.ts';

const MiB = 2 ** 20;

export const guestSchema = record('the guest', {
  cpus: z
    .int({ error: 'expected a number of CPUs' })
    .min(1, { error: 'expected 1 to 64 CPUs' })
    .max(64, { error: 'expected 1 to 64 CPUs' })
    .default(2)
    .describe('Virtual CPUs, 1 to 64.'),
  memory: size('a memory size', { min: 256 * MiB, max: 2 ** 40, step: 2 * MiB })
    .prefault('2G')
    .describe('Memory beside the pmem: 2G.'),
  append: words('kernel parameters').prefault([]).describe("Words added to the kernel's command line."),
  boot: z
    .enum(GUEST_BEGINNINGS, { error: 'expected auto, cold or fork' })
    .default('auto')
    .describe(
      'auto: guests of a kind that booted before are forked from it. fork: all are, where their suite allows it.',
    ),
});

const kernelSchema = record('a kernel', {
  name,
  debian: record('a Debian kernel', {
    release,
    flavour: text('a kernel flavour such as amd64')
      .regex(/^[a-z0-9][a-z0-9+.-]*$/, { error: 'expected a kernel flavour such as amd64 or cloud-amd64' })
      .default(GUEST_ARCHITECTURE.debianFlavours[0])
      .describe('The end of the package name: linux-image-FLAVOUR.'),
  })
    .optional()
    .describe('A kernel from the Debian archive.'),
  deb: path(
    "A kernel's Debian package, linux-image-*.deb, as make bindeb-pkg leaves it; " +
      'packages that it depends on lie beside it.',
  ).optional(),
  archive: path('A tar archive with a kernel and its modules, as make tarzst-pkg leaves it.').optional(),
  image: path(`A ${GUEST_ARCHITECTURE.kernelImage} or vmlinux.`).optional(),
  modules: path(
    "The image's modules: a lib/modules/RELEASE folder, or one that holds it. Leave out when all drivers are built in.",
  ).optional(),
  ...sourceKernelKeys,
})
  .superRefine((kernel, context) => {
    oneSource(context, kernel, 'kernel', ['debian', 'deb', 'archive', 'image', 'source']);
    if (kernel.modules !== undefined && kernel.image === undefined)
      refuse(context, kernel, '"modules" goes with "image" alone: any other kernel brings its own\nremove "modules"', [
        'modules',
      ]);
    checkSourceKernel(kernel, context);
  })
  .meta({
    oneOf: [
      { required: ['debian'] },
      { required: ['deb'] },
      { required: ['archive'] },
      { required: ['image'] },
      { required: ['source'] },
    ],
  });

const imageSchema = record('an image', {
  name,
  debian: record('a Debian image', {
    release,
    packages: z
      .array(
        text('a Debian package name').regex(/^[a-z0-9][a-z0-9+.-]+$/, { error: 'expected a Debian package name' }),
        {
          error: 'expected a list of Debian package names',
        },
      )
      .default([])
      .describe('Packages beside those that the rig itself installs.'),
    sets: z
      .array(z.enum(PACKAGE_SETS, { error: 'expected a package set' }), { error: 'expected a list of package sets' })
      .optional()
      .describe('Named sets of packages: xfstests, what its tests call.'),
  })
    .optional()
    .describe('A root file system built from the Debian archive.'),
  tree: path('A folder that holds a root file system with sshd and udevd.').optional(),
  tarball: path('A tarball of such a folder.').optional(),
  disk: path('A raw ext4 image of such a folder.').optional(),
})
  .superRefine((image, context) => oneSource(context, image, 'image', ['debian', 'tree', 'tarball', 'disk']))
  .meta({
    oneOf: [{ required: ['debian'] }, { required: ['tree'] }, { required: ['tarball'] }, { required: ['disk'] }],
  });

const filesystemSchema = record('a filesystem', {
  name,
  type: z
    .enum(['ext4', 'xfs', 'ext2', 'none'], { error: 'expected a filesystem type' })
    .describe('none: the suite gets the bare device.'),
  mount: z
    .string({ error: 'expected mount options' })
    .regex(/^[^\s,]+(,[^\s,]+)*$/, { error: 'expected mount options, separated by commas without blanks' })
    .optional()
    .describe('Mount options: dax=always.'),
  mkfs: words('words for mkfs').optional().describe('Extra words for mkfs.'),
}).superRefine(checkFilesystem);

export const matrixSchema = record('the matrix', {
  version: z.literal(1, { error: 'expected version: 1' }).describe('Version of this format.'),
  name: name.describe('Names the run.'),
  qemu: path('The QEMU to use instead of the one in $PATH; $PMEMRIG_QEMU wins over it.').optional(),
  guest: guestSchema.prefault({}).describe('What every guest gets.'),
  kernels: listOf(kernelSchema, 'kernels').describe('First axis.'),
  images: listOf(imageSchema, 'images')
    .prefault([{ name: 'bookworm', debian: { release: 'bookworm' } }])
    .describe('Root file systems; the first one goes unnamed in cell ids.'),
  pmem: listOf(pmemSchema, 'pmem topologies').describe('Sets of devices, each one topology of the guest.'),
  filesystems: listOf(filesystemSchema, 'filesystems')
    .prefault([{ name: 'none', type: 'none' }])
    .describe('What is made and mounted: with DAX on the first fsdax device, else on the first block device.'),
  suites: listOf(suiteSchema, 'suites').describe('What runs in each guest.'),
  include: z
    .array(ruleSchema, { error: 'expected a list of rules' })
    .default([])
    .describe('Only what one of these rules selects; without them, the full product.'),
  exclude: z
    .array(excludeSchema, { error: 'expected a list of rules' })
    .default([])
    .describe('What these rules select is left out and reported with the reason.'),
  known: z
    .array(knownSchema, { error: 'expected a list of known kernel problems' })
    .default([])
    .describe('Kernel problems that are expected: shown, but no failure until they expire.'),
});

/** The matrix as its file says it, sizes already in bytes and durations in seconds. */
export type MatrixInput = z.output<typeof matrixSchema>;

function oneSource(
  context: z.RefinementCtx,
  value: Readonly<Record<string, unknown>>,
  what: string,
  sources: readonly string[],
): void {
  const [first, second] = sources.filter((source) => value[source] !== undefined);
  if (first === undefined) refuse(context, value, `this ${what} comes from nowhere\nadd ${sources.join(', or ')}`);
  if (second !== undefined)
    refuse(context, value, `"${first}" and "${second}" exclude each other\nkeep one of them`, [second]);
}

function checkFilesystem(
  { type, mount, mkfs }: { type: string; mount?: string | undefined; mkfs?: string[] | undefined },
  context: z.RefinementCtx,
): void {
  if (type === 'none') {
    for (const [key, value] of Object.entries({ mount, mkfs })) {
      if (value !== undefined)
        refuse(context, value, `"${key}" needs a filesystem, and the type is none\nremove "${key}", or name a type`, [
          key,
        ]);
    }
  }
  const dax = mount?.split(',').find((option) => /^dax(=|$)/.test(option));
  // Documentation/filesystems/dax.rst: ext2 has the plain option alone.
  if (type === 'ext2' && dax?.startsWith('dax='))
    refuse(context, mount, `ext2 has no mount option ${dax}\nwrite mount: dax`, ['mount']);
  if (dax !== undefined && !['dax', 'dax=always', 'dax=inode', 'dax=never'].includes(dax)) {
    refuse(context, mount, `expected dax=always, dax=inode or dax=never, not ${dax}`, ['mount']);
  }
}

/** The JSON Schema of a matrix file as a person writes it, for completion in editors. */
export function matrixJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(matrixSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === anySuite) {
        Object.assign(jsonSchema, z.toJSONSchema(suiteUnion, { io: 'input' }));
        delete jsonSchema.$schema;
      }
    },
  });
}
