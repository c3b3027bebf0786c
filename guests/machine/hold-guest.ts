import { GuestDeath, InfraError } from '../../orchestrator/model/errors.ts';
import type { HostControl, PowerOn } from '../../orchestrator/model/host-control.ts';
import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import type { BootOptions } from '../boot/bootable.ts';
import { createDeferred } from '../deferred.ts';
import type { BootOfMachine, RunningGuest } from '../guest.ts';
import { createHostFaults } from '../faults/host-faults.ts';
import { fitMark } from '../hearing/marks.ts';
import type { Machine } from './machine.ts';
import { present } from '../../orchestrator/model/present.ts';

/** As a cell's first boot has them over. */
const BOOTS_AGAIN = 2;

/** A guest over all boots of its machine, with the machine's switches. Its death is one that nobody asked for. */
export interface HeldGuest extends RunningGuest {
  readonly host: HostControl;
  readonly isPaused: boolean;
  /** How long it has been paused so far, in ms. */
  readonly pausedMs: number;
  /** How often its machine has booted it. */
  readonly boots: number;
}

/**
 * Holds a machine and whatever boot of it is due. Calls go to that boot, and its end is a death only if no switch asked
 * for it. The machine goes with the guest.
 */
export function holdGuest(machine: Machine, first: BootOfMachine, options: Omit<BootOptions, 'again'> = {}): HeldGuest {
  let boot = first;
  let boots = 1;
  let isOff = false;
  let isPaused = false;
  let pausedMs = 0;
  /** Problems of boots that are over, which nobody has taken yet. */
  let untaken: KernelProblem[] = [];
  /** The rig's last mark before the boot that is due; absent for the first boot. */
  let markBefore: string | undefined;
  let lastMark: string | undefined;
  /** Marks that the rig has put into the log of the boot that is due. */
  let marks = new Set<string>();
  const death = createDeferred<GuestDeath>();
  let disposing: Promise<void> | undefined;

  const die = (why: GuestDeath): void => {
    if (disposing === undefined) death.resolve(why);
  };
  const watch = (): void => void boot.death.then(die);
  const due = (): BootOfMachine => {
    if (isOff) throw new InfraError(`guest ${first.id} is switched off`, { code: 'guest-off' });
    return boot;
  };
  /** For what the rig itself asks of the guest. */
  const answering = (): BootOfMachine => {
    if (isPaused) throw new InfraError(`guest ${first.id} is paused`, { code: 'guest-paused' });
    return due();
  };
  /** What a later boot reports ahead of any mark of the rig's belongs to the test that asked for it. */
  const placeProblem = (problem: KernelProblem): KernelProblem =>
    markBefore === undefined || marks.has(problem.marker ?? '') ? problem : { ...problem, marker: markBefore };
  const takeBootsProblems = (): KernelProblem[] => boot.takeProblems().map(placeProblem);

  const leaveBoot = (): void => {
    untaken = [...untaken, ...takeBootsProblems()];
    pausedMs += boot.pausedMs;
    isPaused = false;
  };
  const enter = async (booting: Promise<BootOfMachine>, memoryKept = false): Promise<PowerOn> => {
    try {
      boot = await booting;
    } catch (error) {
      if (error instanceof GuestDeath) die(error);
      isOff = true;
      throw error;
    }
    isOff = false;
    boots += 1;
    markBefore = lastMark;
    marks = new Set();
    watch();
    return boot.findPmem({ memoryKept });
  };

  /** A QEMU that dies as it boots is the host's fault, which under TCG happens. */
  const bootPastQemu = async (retried: string[]): Promise<BootOfMachine> => {
    for (;;)
      try {
        return await machine.boot(options);
      } catch (error) {
        if (!(error instanceof GuestDeath) || error.kind !== 'qemu-died' || retried.length >= BOOTS_AGAIN) throw error;
        retried.push(error.message);
      }
  };

  const hostFaults = createHostFaults(() => ({ pid: due().pid, devices: due().hostDevices }));
  const host: HostControl = {
    faults: hostFaults.faults,
    keepDurable: async (device) => hostFaults.keepDurable(device),
    losePower: async () => {
      const leaving = due();
      const image = hostFaults.durableImage();
      await Promise.race([image.close(), leaving.death.then((why) => Promise.reject(why))]);
      isOff = true;
      await leaving.kill();
      await image.install();
      await hostFaults.end(true);
      leaveBoot();
    },
    kill: async () => {
      if (isOff) return;
      const leaving = boot;
      isOff = true;
      await leaving.kill();
      // Afterwards: its faults last as long as it runs.
      await hostFaults.end(true);
      leaveBoot();
    },
    powerOn: async () => {
      if (!isOff) throw new InfraError(`guest ${first.id} is switched on already`, { code: 'guest-on' });
      const retried: string[] = [];
      return { ...(await enter(bootPastQemu(retried))), ...(retried.length > 0 && { retried }) };
    },
    powerCycle: async () => {
      await host.kill();
      return host.powerOn();
    },
    reset: async () => {
      const leaving = due();
      await hostFaults.end();
      const booting = leaving.reset();
      leaveBoot();
      return enter(booting);
    },
    followBoot: async (begin) => {
      const leaving = answering();
      await hostFaults.end();
      // It has its last words after the call.
      return enter(leaving.followBoot(begin).finally(leaveBoot), true);
    },
    bootFiles: machine.bootFiles,
    pause: async () => {
      await due().pause();
      isPaused = true;
    },
    resume: async () => {
      await due().resume();
      isPaused = false;
    },
    plug: async (device) => machine.plugs.plug(due(), device),
    // Only a guest that runs can give a device back.
    unplug: async (device) => machine.plugs.unplug(answering(), device),
  };
  const tearDown = async (): Promise<void> => {
    await hostFaults.end();
    await boot.dispose();
    await machine.dispose();
  };
  const dispose = (): Promise<void> => (disposing ??= tearDown());
  watch();

  return {
    id: first.id,
    host,
    death: death.promise,
    backingFiles: first.backingFiles,
    ...present({ resultsDisk: first.resultsDisk }),
    get kernelRelease() {
      return boot.kernelRelease;
    },
    get bootMs() {
      return boot.bootMs;
    },
    get bootPhases() {
      return boot.bootPhases;
    },
    ...present({ template: first.template }),
    get pid() {
      return boot.pid;
    },
    get sshPort() {
      return boot.sshPort;
    },
    get devices() {
      return boot.devices;
    },
    get isPaused() {
      return isPaused;
    },
    get boots() {
      return boots;
    },
    get pausedMs() {
      return pausedMs + (isOff ? 0 : boot.pausedMs);
    },
    exec: async (command, execOptions) => due().exec(command, execOptions),
    upload: async (localPath, remotePath, limits) => due().upload(localPath, remotePath, limits),
    write: async (remotePath, content, mode) => due().write(remotePath, content, mode),
    download: async (remotePath, localPath, limits) => due().download(remotePath, localPath, limits),
    shell: async () => due().shell(),
    mark: async (text) => {
      const guest = answering();
      lastMark = fitMark(text);
      marks.add(lastMark);
      return guest.mark(text);
    },
    ask: async (command) => answering().ask(command),
    setUpPmem: async () => answering().setUpPmem(),
    takeProblems: () => {
      const taken = [...untaken, ...(isOff ? [] : takeBootsProblems())];
      untaken = [];
      return taken;
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
