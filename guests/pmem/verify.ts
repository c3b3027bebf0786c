import type { NamespaceMode } from '../../orchestrator/model/device-kinds.ts';
import { type GuestDevice, plannedMode, type PmemDevice } from '../../orchestrator/model/pmem.ts';
import { formatSize } from '../../orchestrator/model/size.ts';
import type { NamespaceRequest } from './create-namespaces.ts';
import { KINDS } from '../devices/kinds.ts';
import { NAMESPACE_DRIVER, type PmemDriver } from '../devices/pmem-driver.ts';
import type { ExpectedDevice } from './expected-device.ts';
import type { NdctlNamespace } from './ndctl.ts';
import type { Survey, SurveyedRegion } from './survey.ts';

type Verified = { readonly device: GuestDevice } | { readonly problem: string };

/** The namespaces that are not yet what the topology asks for. */
export function planNamespaces(expected: readonly ExpectedDevice[], survey: Survey): NamespaceRequest[] {
  return expected.flatMap(({ device, at }) => {
    const mode = plannedMode(device);
    const region = findRegion(at, survey);
    const namespace = region?.namespace;
    if (
      region === undefined ||
      namespace === undefined ||
      'unread' in namespace ||
      namespace.mode === mode ||
      mode === 'raw' ||
      mode === 'block'
    )
      return [];
    return [{ region: region.name, namespace: namespace.dev, mode }];
  });
}

/** Compares what was asked with what is there. Devices that are wrong are left out; a problem names each of them. */
export function verifyDevices(
  expected: readonly ExpectedDevice[],
  survey: Survey,
): { devices: GuestDevice[]; problems: string[] } {
  const verified = expected.map(({ device, at }, index) => {
    const result = verifyDevice(device, at, survey);
    return 'problem' in result
      ? { problem: `device ${index + 1} (${describeDevice(device)}): ${result.problem}` }
      : result;
  });
  return {
    devices: verified.flatMap((result) => ('device' in result ? [result.device] : [])),
    problems: verified.flatMap((result) => ('problem' in result ? [result.problem] : [])),
  };
}

function describeDevice(device: PmemDevice): string {
  const mode = 'namespace' in device ? ` ${device.namespace}` : '';
  return `${device.kind} ${formatSize(device.sizeBytes)}${mode}`;
}

function findRegion(at: ExpectedDevice['at'], { regions }: Survey): SurveyedRegion | undefined {
  return 'address' in at ? regions.find(({ address }) => address === at.address) : undefined;
}

function verifyDevice(device: PmemDevice, at: ExpectedDevice['at'], survey: Survey): Verified {
  if ('lost' in at) return { problem: at.lost };
  return KINDS[device.kind].inGuest.appearsAs === 'disk'
    ? verifyDisk(device, findDisk(at, survey), survey)
    : verifyPmem(device, findRegion(at, survey), survey);
}

function findDisk(at: ExpectedDevice['at'], { blocks }: Survey) {
  return 'serial' in at ? [...blocks].find(([, block]) => block.serial === at.serial) : undefined;
}

function verifyDisk(device: PmemDevice, found: ReturnType<typeof findDisk>, survey: Survey): Verified {
  if (found === undefined)
    return { problem: `no disk appeared${blameDriver(KINDS[device.kind].inGuest.driver, survey)}` };
  const [name, { dax, sizeBytes }] = found;
  if (sizeBytes !== device.sizeBytes)
    return { problem: `${name} has ${sizeBytes} bytes instead of ${device.sizeBytes}` };
  return { device: { kind: device.kind, mode: 'block', path: `/dev/${name}`, sizeBytes, dax } };
}

function verifyPmem(device: PmemDevice, region: SurveyedRegion | undefined, survey: Survey): Verified {
  if (region === undefined)
    return { problem: `no region appeared${blameDriver(KINDS[device.kind].inGuest.driver, survey)}` };
  const { name, namespace, sizeBytes } = region;
  if (sizeBytes !== device.sizeBytes)
    return { problem: `${name} has ${sizeBytes} bytes instead of ${device.sizeBytes}` };
  if (!survey.hasNdctl)
    return { problem: `the image has no ndctl, so ${name} cannot be looked at; add the package ndctl to the image` };
  if (namespace === undefined && survey.strays.length > 0)
    return { problem: `${name} has no namespace that the rig can read in ndctl's list: ${survey.strays.join('; ')}` };
  if (namespace === undefined) return { problem: `${name} has no namespace${blameDriver(NAMESPACE_DRIVER, survey)}` };
  if ('unread' in namespace) return { problem: `ndctl lists what the rig cannot read: ${namespace.unread}` };
  const failure = survey.failures.get(namespace.dev);
  if (failure !== undefined)
    return { problem: `${namespace.dev} could not be made ${plannedMode(device)}: ${failure}` };
  return verifyNamespace(device, name, namespace, survey);
}

function verifyNamespace(device: PmemDevice, region: string, namespace: NdctlNamespace, survey: Survey): Verified {
  const mode = plannedMode(device);
  if (namespace.state === 'disabled')
    return { problem: `${namespace.dev} is disabled${blameDriver(NAMESPACE_DRIVER, survey)}` };
  if (namespace.mode !== mode) return { problem: `${namespace.dev} is ${namespace.mode}, not ${mode}` };

  const node = namespace.chardev ?? namespace.blockdev;
  const found = namespace.chardev === undefined ? findBlock(namespace, survey) : findDax(namespace.chardev, survey);
  if (node === undefined || found === undefined)
    return { problem: `${namespace.dev} has no device node${blameDriver(NAMESPACE_DRIVER, survey)}` };
  if (needsDax(namespace.mode) && !found.dax) return { problem: `${node} does not offer DAX (queue/dax is 0)` };
  return {
    device: {
      kind: device.kind,
      mode: namespace.mode,
      path: `/dev/${node}`,
      ...found,
      namespace: namespace.dev,
      region,
    },
  };
}

function findBlock(
  { blockdev = '' }: NdctlNamespace,
  { blocks }: Survey,
): Pick<GuestDevice, 'sizeBytes' | 'dax'> | undefined {
  const block = blocks.get(blockdev);
  return block && { sizeBytes: block.sizeBytes, dax: block.dax };
}

function findDax(name: string, { daxes }: Survey): Pick<GuestDevice, 'sizeBytes' | 'dax'> | undefined {
  const sizeBytes = daxes.get(name);
  return sizeBytes === undefined ? undefined : { sizeBytes, dax: true };
}

function needsDax(mode: NamespaceMode): boolean {
  return mode === 'fsdax' || mode === 'devdax';
}

function blameDriver({ config, module }: PmemDriver, { drivers }: Survey): string {
  switch (drivers.get(module)) {
    case 'loaded':
      return `, though the driver ${module} is there`;
    case 'available':
      return `; the module ${module} is there but was not loaded`;
    case 'missing':
    case undefined:
    default:
      return `; the kernel has no driver ${module}: neither built in nor as a module (${config})`;
  }
}
