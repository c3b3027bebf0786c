import { type DeviceKind, traitsOf } from '../../orchestrator/model/device-kinds.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import type { DurableImage, FlushFault, HostFaults } from '../../orchestrator/model/host-faults.ts';
import { keepImage, type KeptImage } from './durable-image.ts';
import { probeTracing } from './probe-tracing.ts';
import type { WatchedFiles } from './trace-flushes.ts';
import { type EndableWatch, watchFlushes } from './watch-flushes.ts';

/** A running QEMU, as far as faults are concerned. */
export interface FaultyQemu {
  readonly pid: number;
  readonly devices: readonly FaultyDevice[];
}

/** A device of the topology, by its index. */
export interface FaultyDevice {
  readonly kind: DeviceKind;
  /** The host's file behind it; e820 has none. */
  readonly path?: string;
}

/** Faults of a machine's host, and how the end of a boot ends them. */
export interface EndableFaults {
  readonly faults: HostFaults;
  /** Rejects with InfraError. */
  keepDurable(device: number): Promise<DurableImage>;
  /** The image that is kept. Throws InfraError if there is none. */
  durableImage(): KeptImage;
  /** Detaches all. `isEnding`: QEMU is being killed. Never rejects. */
  end(isEnding?: boolean): Promise<void>;
}

/** `qemu` throws where none runs. */
export function createHostFaults(qemu: () => FaultyQemu, refusal = probeTracing): EndableFaults {
  let watch: EndableWatch | undefined;
  let image: KeptImage | undefined;
  /** While it attaches, too. */
  let isTaken = false;
  /** Boots that are over. */
  let ended = 0;

  /** Only one can trace QEMU at a time. */
  const take = async <Attached>(attaching: () => Promise<Attached>): Promise<Attached> => {
    if (isTaken) throw refuse('the flushes of the host are watched already: detach that watch first');
    const why = refusal();
    if (why !== undefined) throw refuse(why, 'see `pmemrig doctor`');
    isTaken = true;
    try {
      return await attaching();
    } catch (error) {
      isTaken = false;
      throw error;
    }
  };
  const attach = async (fault: FlushFault): Promise<EndableWatch> => {
    const { pid, devices } = qemu();
    const files = findFiles(devices, fault);
    checkFault(fault);
    return take(async () => (watch = await watchFlushes(pid, files, fault)));
  };
  return {
    faults: {
      get refusal() {
        return refusal();
      },
      attach: async (fault) => {
        const attached = await attach(fault);
        const boot = ended;
        const detach = async () => {
          try {
            return await attached.detach();
          } finally {
            if (watch === attached) {
              watch = undefined;
              isTaken = false;
            }
          }
        };
        return {
          flushes: async () => {
            if (boot !== ended) throw refuse('the watch has ended with its boot: attach again after a boot');
            return attached.flushes();
          },
          detach,
          [Symbol.asyncDispose]: async () => void (await detach().catch(() => undefined)),
        };
      },
    },
    keepDurable: async (device) => {
      const { pid, devices } = qemu();
      const path = findFile(devices, device);
      const found = devices[device];
      if (found === undefined || !traitsOf(found).isPmem || !traitsOf(found).flushesByHost)
        throw refuse(`device ${device} is no virtio-pmem device: the host sees no flush of it`);
      const kept = await take(() => keepImage(pid, device, path));
      image = kept;
      return {
        get flushes() {
          return kept.flushes;
        },
        [Symbol.asyncDispose]: async () => {
          await kept[Symbol.asyncDispose]();
          if (image !== kept) return;
          image = undefined;
          isTaken = false;
        },
      };
    },
    durableImage: () => {
      if (image === undefined) throw refuse('no durable image is kept: losePower() needs one of keepDurable()');
      return image;
    },
    end: async (isEnding = false) => {
      const ending = watch;
      ended += 1;
      watch = undefined;
      const dropped = image;
      image = undefined;
      await dropped?.[Symbol.asyncDispose]();
      await (isEnding ? ending?.endWithQemu() : ending?.[Symbol.asyncDispose]());
      isTaken = false;
    },
  };
}

function findFiles(devices: readonly FaultyDevice[], fault: FlushFault): WatchedFiles {
  if (fault.devices.length === 0) throw refuse('a fault of the host needs a device');
  return new Map(fault.devices.map((index) => [findFile(devices, index), index] as const));
}

function findFile(devices: readonly FaultyDevice[], index: number): string {
  const device = devices[index];
  if (device === undefined) throw refuse(`the topology has no device ${index}`);
  if (device.path === undefined)
    throw refuse(`device ${index} (${device.kind}) has no file on the host that could be flushed`);
  return device.path;
}

function checkFault({ error, nth, delayMs }: FlushFault): void {
  if (nth !== undefined && (error === undefined || delayMs !== undefined))
    throw refuse('`nth` takes an error, and no delay');
  if (nth !== undefined && !(Number.isInteger(nth) && nth >= 1))
    throw refuse(`flush ${nth} cannot fail: the first is 1`);
  if (delayMs !== undefined && !(delayMs > 0)) throw refuse(`a flush cannot be delayed by ${delayMs} ms`);
}

/** Whoever asked may ask otherwise. */
function refuse(why: string, remedy?: string): InfraError {
  return new InfraError(why, { code: 'fault-refused', ...(remedy !== undefined && { remedy }) });
}
