import type { DurableImage, FlushWatch } from '../../model/host-faults.ts';
import type { HostControl, PowerOn } from '../../model/host-control.ts';

/** What a scenario has made of its guest's machine. */
export interface MachineState {
  /** Watches of the host's flushes, in the order in which they were attached. */
  readonly watches: readonly FlushWatch[];
  /** Durable images, in the order in which they were begun. */
  readonly images: readonly DurableImage[];
  /** The machine's switches, used one after the other. */
  readonly host: HostControl;
  /** Runs, is off, or stands still. */
  readonly is: 'on' | 'off' | 'paused';
  /** Makes a machine run that is off or paused: the rig has questions after each test. Rejects as the switches do. */
  restore(): Promise<void>;
}

/** Follows what becomes of a machine. `onChange` is called after each switch that changed it. */
export function followMachine(host: HostControl, onChange: (is: MachineState['is']) => void): MachineState {
  let is: MachineState['is'] = 'on';
  const watches: FlushWatch[] = [];
  const images: DurableImage[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const become = (next: MachineState['is']): void => {
    is = next;
    onChange(next);
  };
  /** After what was asked for before, whether or not that worked. */
  const inTurn = async <Result>(act: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(act, act);
    last = turn.catch(() => undefined);
    return turn;
  };
  const boots = (act: () => Promise<PowerOn>) => async (): Promise<PowerOn> =>
    inTurn(async () => {
      const booted = await act();
      become('on');
      return booted;
    });
  const followed: HostControl = {
    kill: async () =>
      inTurn(async () => {
        await host.kill();
        become('off');
      }),
    powerOn: boots(async () => host.powerOn()),
    powerCycle: boots(async () => host.powerCycle()),
    reset: boots(async () => host.reset()),
    followBoot: async (begin) => boots(async () => host.followBoot(begin))(),
    bootFiles: host.bootFiles,
    pause: async () =>
      inTurn(async () => {
        await host.pause();
        become('paused');
      }),
    resume: async () =>
      inTurn(async () => {
        await host.resume();
        become('on');
      }),
    plug: async (device) => inTurn(async () => host.plug(device)),
    unplug: async (device) => inTurn(async () => host.unplug(device)),
    keepDurable: async (device) =>
      inTurn(async () => {
        const image = await host.keepDurable(device);
        images.push(image);
        return image;
      }),
    losePower: async () =>
      inTurn(async () => {
        await host.losePower();
        become('off');
      }),
    faults: {
      get refusal() {
        return host.faults.refusal;
      },
      attach: async (fault) =>
        inTurn(async () => {
          const watch = await host.faults.attach(fault);
          watches.push(watch);
          return watch;
        }),
    },
  };
  return {
    watches,
    images,
    host: followed,
    get is() {
      return is;
    },
    restore: async () => {
      await last;
      // One whose boot is over has ended with it.
      for (const watch of watches) await watch.detach().catch(() => undefined);
      for (const image of images) await endImage(image);
      if (is === 'paused') await followed.resume();
      if (is === 'off') await followed.powerOn();
    },
  };
}

async function endImage(image: DurableImage): Promise<void> {
  try {
    await image[Symbol.asyncDispose]();
  } catch {
    // It has ended with its boot.
  }
}
