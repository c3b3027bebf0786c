import { DEVICE_KINDS, DEVICE_TRAITS } from '../../model/device-kinds.ts';

/** A device as a matrix says it, but its size. */
type PresetDevice = Readonly<Record<string, string>>;

/** Topologies that one word on the command line stands for: a kind of device, or a kind in a mode. */
export const PMEM_PRESETS: Readonly<Record<string, PresetDevice>> = Object.fromEntries(
  DEVICE_KINDS.flatMap((kind): (readonly [string, PresetDevice])[] => [
    [kind, { kind }],
    ...(DEVICE_TRAITS[kind].presetModes ?? []).map((mode) => [`${kind}-${mode}`, { kind, namespace: mode }] as const),
  ]),
);

const PMEM_KINDS: ReadonlySet<string> = new Set(DEVICE_KINDS.filter((kind) => DEVICE_TRAITS[kind].isPmem));
const PLAIN_KINDS: ReadonlySet<string> = new Set(DEVICE_KINDS.filter((kind) => !PMEM_KINDS.has(kind)));

/** On the preset's block device a file system can be mounted with DAX: pmem in its usual mode. */
export function carriesDaxFilesystem(preset: string): boolean {
  return PMEM_KINDS.has(preset);
}

/** The preset is a control leg, without pmem. */
export function isWithoutPmem(preset: string): boolean {
  return PLAIN_KINDS.has(preset);
}
