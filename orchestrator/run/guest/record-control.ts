import type { GuestControl, RunEvent } from '../../model/event.ts';
import type { HostControl } from '../../model/host-control.ts';
import type { PlugDevice, PluggedDevice } from '../../model/hot-plug.ts';

/** The switches of a guest's machine, each use of which is an event: what comes of it is no death. */
export function recordControl(
  host: HostControl,
  { guest, emit }: { readonly guest: number; readonly emit: (event: RunEvent) => void },
): HostControl {
  const recorded = <Args extends readonly unknown[], Result>(
    action: GuestControl,
    act: (...args: Args) => Promise<Result>,
  ): ((...args: Args) => Promise<Result>) => {
    return async (...args) => {
      emit({ type: 'guest-control', guest, action });
      return act(...args);
    };
  };
  return {
    kill: recorded('kill', async () => host.kill()),
    powerOn: recorded('power-on', async () => host.powerOn()),
    powerCycle: recorded('power-cycle', async () => host.powerCycle()),
    reset: recorded('reset', async () => host.reset()),
    pause: recorded('pause', async () => host.pause()),
    resume: recorded('resume', async () => host.resume()),
    plug: recorded('plug', async (device: PlugDevice) => host.plug(device)),
    unplug: recorded('unplug', async (device: number | PluggedDevice) => host.unplug(device)),
  };
}
