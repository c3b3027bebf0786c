/** `guest` of a scenario: each method is a request to the controller. `scenario.d.ts` describes it. */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GuestError } from './channel.mjs';
import { createShell } from './shell.mjs';
import { readDuration, readOptions, readSize } from './units.mjs';

const FIND_EVERY_MS = 300;
const FAULT_OPTIONS = ['devices', 'error', 'nth', 'delay'];

export function createGuest(channel, hello) {
  let { devices } = hello;
  const boot = async (what, options = {}) => {
    const { nothrow = false } = readOptions('a boot', options, ['nothrow']);
    const { problems, devices: found } = await channel.ask({ do: what });
    devices = found;
    if (problems.length > 0 && !nothrow)
      throw Object.assign(new GuestError({ message: problems.join('; '), code: 'devices-lost' }), { problems });
    return { problems };
  };
  const $ = createShell(channel);
  const { kernelRelease, cell, filesystem } = hello;

  return Object.freeze({
    $,
    cell,
    kernelRelease,
    filesystem,
    get devices() {
      return devices;
    },
    upload: (from, to) => channel.ask({ do: 'upload', from: resolve(from), to }),
    download: (from, to) => channel.ask({ do: 'download', from, to: resolve(to) }),
    write: (path, text, mode) => channel.ask({ do: 'write', path, text, ...(mode !== undefined && { mode }) }),
    kill: () => channel.ask({ do: 'kill' }),
    powerOn: (options) => boot('power-on', options),
    powerCycle: (options) => boot('power-cycle', options),
    reboot: (options) => boot('reset', options),
    allowProblem: (signature, reason) => channel.ask({ do: 'allow-problem', signature, reason }),
    pause: () => channel.ask({ do: 'pause' }),
    resume: () => channel.ask({ do: 'resume' }),
    plug: async (options) => {
      const { kind, size, labels } = readOptions('guest.plug', options, ['kind', 'size', 'labels']);
      const labelSizeBytes = labels === false ? 0 : labels === undefined ? undefined : readSize(labels);
      const device = { kind, sizeBytes: readSize(size), ...(labelSizeBytes !== undefined && { labelSizeBytes }) };
      return channel.ask({ do: 'plug', device });
    },
    unplug: (device) => channel.ask({ do: 'unplug', device }),
    losePower: () => channel.ask({ do: 'lose-power' }),
    keepDurable: async (device) => {
      const image = await channel.ask({ do: 'keep-durable', device });
      const end = () => channel.ask({ do: 'end-durable', image });
      return { flushes: () => channel.ask({ do: 'count-durable', image }), end, [Symbol.asyncDispose]: end };
    },
    faults: {
      refusal: hello.faultsRefusal,
      attach: async (options) => {
        const { devices: of, error, nth, delay } = readOptions('guest.faults.attach', options, FAULT_OPTIONS);
        const fault = {
          devices: [of].flat(),
          ...(error !== undefined && { error }),
          ...(nth !== undefined && { nth }),
          ...(delay !== undefined && { delayMs: readDuration(delay) }),
        };
        const watch = await channel.ask({ do: 'attach-fault', fault });
        const detach = () => channel.ask({ do: 'detach-fault', watch });
        return {
          flushes: () => channel.ask({ do: 'list-flushes', watch }),
          detach,
          [Symbol.asyncDispose]: detach,
        };
      },
    },
    findDevice: async (device, { timeout = '60s' } = {}) => {
      const until = Date.now() + readDuration(timeout);
      for (;;) {
        const { stdout } = await $({ nothrow: true })`bash -c ${findScript(device)}`;
        const name = stdout.trim().split('\n')[0] ?? '';
        if (name !== '') return `/dev/${name}`;
        if (Date.now() > until)
          throw new GuestError({
            message: `${device.id} (${device.kind}) did not appear in the guest`,
            code: 'no-device',
          });
        await sleep(FIND_EVERY_MS);
      }
    },
  });
}

/** Prints the block device of a device that was plugged in, once it has a node. */
function findScript({ kind, serial, address }) {
  const ifNode = 'while read -r n; do [ -b "/dev/$n" ] && echo "$n"; done';
  if (serial !== undefined) return `lsblk -dnro NAME,SERIAL | sed -n 's/ ${serial}$//p' | ${ifNode}`;
  if (address === undefined || kind === 'memory')
    throw new GuestError({ message: `a device of the kind ${kind} has no block device`, code: 'no-device' });
  return (
    `for r in /sys/bus/nd/devices/region*; do [ "$(cat $r/resource)" = 0x${address.toString(16)} ] || continue; ` +
    `for b in $r/*/block/*; do [ -e "$b" ] && basename "$b"; done; done 2>/dev/null | ${ifNode}`
  );
}
