import type { GuestControl, RunEvent } from '../../model/event.ts';
import type { HostControl } from '../../model/host-control.ts';

/** The switches of a guest's machine, each use of which is an event: what comes of it is no death. */
export function recordControl(
  host: HostControl,
  { guest, emit }: { readonly guest: number; readonly emit: (event: RunEvent) => void },
): HostControl {
  const recorded = <Result>(action: GuestControl, act: () => Promise<Result>): (() => Promise<Result>) => {
    return async () => {
      emit({ type: 'guest-control', guest, action });
      return act();
    };
  };
  return {
    kill: recorded('kill', async () => host.kill()),
    powerOn: recorded('power-on', async () => host.powerOn()),
    powerCycle: recorded('power-cycle', async () => host.powerCycle()),
    reset: recorded('reset', async () => host.reset()),
    pause: recorded('pause', async () => host.pause()),
    resume: recorded('resume', async () => host.resume()),
  };
}
