import type { NamespaceMode } from '../../orchestrator/model/device-kinds.ts';
import { GUEST_ARCH } from '../arch/architectures.ts';
import { quoteWord } from '../../orchestrator/model/quote-word.ts';

export interface NamespaceRequest {
  /** `region0` */
  readonly region: string;
  /** `namespace0.0` */
  readonly namespace: string;
  readonly mode: Exclude<NamespaceMode, 'raw'>;
}

/** Page structs are in memory, not on the device, which is then as large as can be. BTT has no page structs. */
const MAP_WORDS = { fsdax: ['-M', 'mem'], devdax: ['-M', 'mem'], sector: [] } as const;

/**
 * The kernel's default of 16 MiB is for layouts that every architecture can map. ndctl would then refuse a region that
 * is no multiple of it. Kernels before 5.7 have neither the setting nor the demand.
 */
const REGION_ALIGNMENT = GUEST_ARCH.pmemAlignBytes;

/** A script that reshapes namespaces one after another, and prints a `failed` row for each that it could not. */
export function composeCreateScript(requests: readonly NamespaceRequest[]): string {
  const commands = requests.flatMap(({ namespace, mode, region }) => {
    const words = ['ndctl', 'create-namespace', '-f', '-e', namespace, '-m', mode, ...MAP_WORDS[mode]]
      .map(quoteWord)
      .join(' ');
    return [
      `echo ${REGION_ALIGNMENT} > /sys/bus/nd/devices/${region}/align`,
      `said=$(${words} 2>&1 > /dev/null) || echo failed ${namespace} $said`,
    ];
  });
  // Device nodes follow by udev.
  return ['{', ...commands, '} 2> /dev/null', 'udevadm settle --timeout=20 2> /dev/null'].join('\n');
}
