import type { HostControl, PowerOn } from '../../model/host-control.ts';
import type { PlugDevice } from '../../model/hot-plug.ts';

interface FakeHostOptions {
  /** What each switch does; absent: nothing. */
  readonly act?: () => Promise<void>;
  /** What each boot comes to after it; absent: no problem. */
  readonly boot?: () => Promise<PowerOn>;
}

/** Switches of a machine that is not there. */
export function fakeHost({
  act = async () => undefined,
  boot = async () => ({ problems: [] }),
}: FakeHostOptions = {}): HostControl {
  const actAndBoot = async (): Promise<PowerOn> => {
    await act();
    return boot();
  };
  const watch = { flushes: async () => [], detach: async () => [], [Symbol.asyncDispose]: act };
  return {
    faults: { refusal: undefined, attach: async () => (await act(), watch) },
    keepDurable: async () => (await act(), { flushes: 0, [Symbol.asyncDispose]: act }),
    losePower: act,
    kill: act,
    powerOn: actAndBoot,
    powerCycle: actAndBoot,
    reset: actAndBoot,
    followBoot: actAndBoot,
    bootFiles: { kernel: '/k/vmlinuz', initramfs: '/k/initramfs' },
    pause: act,
    resume: act,
    plug: async ({ kind, sizeBytes }: PlugDevice) => (await act(), { id: 'plug0', kind, sizeBytes }),
    unplug: act,
  };
}
