import { quoteWord } from '../../orchestrator/model/quote-word.ts';
import { PMEM_DRIVERS } from '../devices/kinds.ts';
import { parseNdctlList, type NdctlNamespace, type UnreadNamespace } from './ndctl.ts';

/** What the guest has, read in one go. */
export interface Survey {
  readonly regions: readonly SurveyedRegion[];
  readonly blocks: ReadonlyMap<string, { readonly sizeBytes: number; readonly dax: boolean; readonly serial: string }>;
  /** Device-DAX nodes: name → bytes. */
  readonly daxes: ReadonlyMap<string, number>;
  /** Names of modules in {@link PMEM_DRIVERS}: `loaded` covers what is built in, `available` would load. */
  readonly drivers: ReadonlyMap<string, 'loaded' | 'available' | 'missing'>;
  readonly hasNdctl: boolean;
  /** Why entries of ndctl's list that name no region cannot be read. */
  readonly strays: readonly string[];
  /** What `ndctl create-namespace` said, by namespace, where it failed. */
  readonly failures: ReadonlyMap<string, string>;
}

export interface SurveyedRegion {
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
  readonly namespace: NdctlNamespace | UnreadNamespace | undefined;
}

const NDCTL_MARK = '--- ndctl';
const SECTOR_BYTES = 512;

/**
 * A script for /bin/sh that prints what {@link parseSurvey} reads. One process for almost all of it: a fork costs 10 ms
 * under TCG.
 */
export function composeSurveyScript(): string {
  return String.raw`
cell() { value=; read -r value 2>/dev/null < "$1" || [ -n "$value" ] || value=-; }
for region in /sys/bus/nd/devices/region*; do
  [ -e "$region/resource" ] || continue
  cell "$region/resource"; address=$value; cell "$region/size"
  echo "region ${'$'}{region##*/} $address $value"
done
for block in /sys/block/*; do
  cell "$block/size"; size=$value; cell "$block/queue/dax"; dax=$value; cell "$block/serial"
  echo "block ${'$'}{block##*/} $size $dax $value"
done
for dax in /sys/bus/dax/devices/*; do
  [ -e "$dax/size" ] || continue
  cell "$dax/size"; echo "dax ${'$'}{dax##*/} $value"
done
driver() {
  state=missing
  if [ -e "$1" ]; then state=loaded; elif modprobe -n -q "$2"; then state=available; fi
  echo "driver $2 $state"
}
${PMEM_DRIVERS.map(({ module, sysfsPath }) => `driver ${quoteWord(sysfsPath)} ${quoteWord(module)}`).join('\n')}
if command -v ndctl > /dev/null; then echo '${NDCTL_MARK}'; ndctl list -RNi; fi
`;
}

/** Throws if the text is not what the script prints. */
export function parseSurvey(text: string): Survey {
  const [table = '', list] = text.split(`${NDCTL_MARK}\n`, 2);
  const rows = table.split('\n').map((line) => line.split(' '));
  const rowsOf = (kind: string) =>
    rows.filter((row) => row[0] === kind).map(([, name = '', ...values]) => ({ name, values }));

  const { namespaces, strays } = parseNdctlList(list ?? '');
  return {
    regions: rowsOf('region').map(({ name, values: [address, size] }) => ({
      name,
      address: Number(address),
      sizeBytes: Number(size),
      namespace: namespaces.get(name),
    })),
    blocks: new Map(
      rowsOf('block').map(({ name, values: [sectors, dax, serial = ''] }) => [
        name,
        { sizeBytes: Number(sectors) * SECTOR_BYTES, dax: dax === '1', serial },
      ]),
    ),
    daxes: new Map(rowsOf('dax').map(({ name, values: [size] }) => [name, Number(size)])),
    drivers: new Map(
      rowsOf('driver').map(({ name, values: [state] }) => [
        name,
        state === 'loaded' || state === 'available' ? state : 'missing',
      ]),
    ),
    hasNdctl: list !== undefined,
    strays,
    failures: new Map(rowsOf('failed').map(({ name, values }) => [name, values.join(' ').trim()])),
  };
}
