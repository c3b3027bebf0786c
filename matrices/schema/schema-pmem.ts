import * as z from 'zod';
import { DEVICE_KINDS } from '../../orchestrator/model/device-kinds.ts';
import { DEVICE_ROLES, type DeviceRole } from '../../orchestrator/model/pmem.ts';
import { listOf, name, record, refuse, size, toBytes } from '../values/scalars.ts';

const MiB = 2 ** 20;
const TiB = 2 ** 40;

/**
 * `ndctl create-namespace` aligns fsdax and devdax to 2 MiB. The kernel maps a region only in whole 2 MiB subsections
 * (since 5.3). 16 MiB leave room for the metadata of every mode.
 */
export const deviceSize = size('a device size', { min: 16 * MiB, max: TiB, step: 2 * MiB }).describe(
  'Size usable in the guest: 512M, 1G. At least 16M, a multiple of 2M.',
);

const namespace = z
  .enum(['raw', 'fsdax', 'devdax', 'sector'], { error: 'expected a namespace mode' })
  .default('fsdax')
  .describe('What ndctl makes of the region: fsdax, devdax, sector (BTT) or raw.');

/** QEMU refuses a label area below 128 KiB. With two MiB the backing file stays in whole 2 MiB steps. */
const labels = z
  .union([z.literal(false), z.string(), z.number().min(0)], { error: 'expected a label area such as 2M, or false' })
  .default('2M')
  .transform((input, context) =>
    input === false ? 0 : toBytes(input, context, 'a label area', { min: 128 * 2 ** 10, max: 64 * MiB, step: 4096 }),
  )
  .describe('Size of the label area, or false for a label-less device. Default 2M; at least 128K.');

const KIND_LIST = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(DEVICE_KINDS);

const kind = <Kind extends string>(value: Kind) => z.literal(value).describe(`${KIND_LIST}.`);

const role = z
  .enum(DEVICE_ROLES, { error: 'expected a role' })
  .optional()
  .describe(
    'What xfstests uses it for: test, scratch, logwrites, test-log, scratch-log, test-rt or scratch-rt. ' +
      'Absent in all: by their order.',
  );

/** In the device as the model has it. */
const withRole = (role: DeviceRole | undefined) => (role === undefined ? {} : { role });

const nvdimm = record('an nvdimm device', { kind: kind('nvdimm'), size: deviceSize, namespace, labels, role })
  .describe('An emulated NVDIMM: MAP_SYNC works.')
  .transform(({ kind, size: sizeBytes, namespace, labels: labelSizeBytes, role }) => ({
    kind,
    sizeBytes,
    namespace,
    labelSizeBytes,
    ...withRole(role),
  }));

/**
 * virtio_pmem and e820.c of drivers/nvdimm both ask for mapped pages (ND_REGION_PAGEMAP). `ndctl create-namespace -m
 * raw` ends well there, and what it leaves does DAX and is listed as fsdax.
 */
const mappedNamespace = (kind: string) =>
  namespace.refine((mode) => mode !== 'raw', {
    error: `${kind} has no raw mode: even its untouched namespace does DAX\nuse namespace: fsdax, or kind: nvdimm`,
  });

const virtioPmem = record('a virtio-pmem device', {
  kind: kind('virtio-pmem'),
  size: deviceSize,
  role,
  namespace: mappedNamespace('a virtio-pmem device'),
})
  .describe('A virtio-pmem device: flushed through the host, without MAP_SYNC.')
  // As it comes up it is fsdax; unsaid it is left out, by which reports of older runs compare.
  .transform(({ kind, size: sizeBytes, namespace, role }) => ({
    kind,
    sizeBytes,
    ...(namespace !== 'fsdax' && { namespace }),
    ...withRole(role),
  }));

const e820 = record('an e820 device', {
  kind: kind('e820'),
  size: deviceSize,
  role,
  namespace: mappedNamespace('an e820 device'),
})
  .describe('Guest RAM declared persistent with memmap=size!start.')
  .transform(({ kind, size: sizeBytes, namespace, role }) => ({ kind, sizeBytes, namespace, ...withRole(role) }));

const virtioBlk = record('a virtio-blk device', {
  kind: kind('virtio-blk'),
  size: deviceSize,
  role,
  namespace: z
    .never({
      error:
        'a virtio-blk device is a plain disk and has no namespace\n' +
        'remove "namespace", or use kind: nvdimm with namespace: sector for a block device on pmem',
    })
    .optional()
    .describe('Not possible: a plain disk has no namespace.'),
})
  .describe('A plain disk, the control leg without pmem.')
  .transform(({ kind, size: sizeBytes, role }) => ({ kind, sizeBytes, ...withRole(role) }));

const device = z
  .discriminatedUnion('kind', [nvdimm, virtioPmem, e820, virtioBlk], {
    // The types know of one code only, but a value that is no mapping comes here too.
    error: (issue) =>
      (issue.code as string) === 'invalid_type' ? 'expected a device, as a mapping' : 'expected a device kind',
  })
  .superRefine((value, context) => {
    // drivers/nvdimm/btt.c: an arena has 16 MiB at least, behind a first page that is left free.
    if ('namespace' in value && value.namespace === 'sector' && value.sizeBytes < 18 * MiB) {
      refuse(context, value.sizeBytes, 'expected at least 18M for a sector namespace', ['size']);
    }
  });

export const pmemSchema = record('a pmem topology', {
  name,
  devices: listOf(device, 'devices')
    .max(8, { error: 'expected at most 8 devices' })
    .describe('One to eight devices, in the order in which the guest finds them.'),
});
