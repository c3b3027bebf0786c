import type { GuestControl, RunEvent } from '../../model/event.ts';
import type { HostControl, PowerOn } from '../../model/host-control.ts';
import type { FlushFault, HostFaults } from '../../model/host-faults.ts';
import type { PlugDevice, PluggedDevice } from '../../model/hot-plug.ts';
import { present } from '../../model/present.ts';

/** The switches of a guest's machine, each use of which is an event: what comes of it is no death. */
export function recordControl(
  host: HostControl,
  { guest, emit }: { readonly guest: number; readonly emit: (event: RunEvent) => void },
): HostControl {
  const say = (action: GuestControl, detail?: string): void =>
    emit({ type: 'guest-control', guest, action, ...present({ detail }) });
  const recorded = <Args extends readonly unknown[], Result>(
    action: GuestControl,
    act: (...args: Args) => Promise<Result>,
  ): ((...args: Args) => Promise<Result>) => {
    return async (...args) => {
      say(action);
      return act(...args);
    };
  };
  const noteRetries = (booted: PowerOn): PowerOn => {
    for (const why of booted.retried ?? []) emit({ type: 'note', text: `guest ${guest} was booted again: ${why}` });
    return booted;
  };
  return {
    kill: recorded('kill', async () => host.kill()),
    powerOn: recorded('power-on', async () => noteRetries(await host.powerOn())),
    powerCycle: recorded('power-cycle', async () => noteRetries(await host.powerCycle())),
    reset: recorded('reset', async () => host.reset()),
    followBoot: recorded('follow-boot', async (begin: () => Promise<unknown>) => host.followBoot(begin)),
    bootFiles: host.bootFiles,
    pause: recorded('pause', async () => host.pause()),
    resume: recorded('resume', async () => host.resume()),
    plug: recorded('plug', async (device: PlugDevice) => host.plug(device)),
    faults: recordFaults(host.faults, say),
    keepDurable: async (device) => {
      say('keep-durable', `device ${device}`);
      return host.keepDurable(device);
    },
    losePower: recorded('lose-power', async () => host.losePower()),
    unplug: recorded('unplug', async (device: number | PluggedDevice) => host.unplug(device)),
  };
}

function recordFaults(faults: HostFaults, say: (action: GuestControl, detail?: string) => void): HostFaults {
  return {
    get refusal() {
      return faults.refusal;
    },
    attach: async (fault) => {
      say('attach-fault', describeFault(fault));
      const watch = await faults.attach(fault);
      let isOver = false;
      const end = (): void => {
        if (!isOver) say('detach-fault');
        isOver = true;
      };
      return {
        flushes: async () => watch.flushes(),
        detach: async () => {
          end();
          return watch.detach();
        },
        [Symbol.asyncDispose]: async () => {
          end();
          await watch[Symbol.asyncDispose]();
        },
      };
    },
  };
}

/** `devices 0, 1: EIO, each after 200 ms`. */
function describeFault({ devices, error, nth, delayMs }: FlushFault): string {
  const fails = error === undefined ? [] : [nth === undefined ? error : `${error} of flush ${nth}`];
  const waits = delayMs === undefined ? [] : [`each after ${delayMs} ms`];
  const what = [...fails, ...waits].join(', ');
  return `devices ${devices.join(', ')}: ${what === '' ? 'counted' : what}`;
}
