import { join } from 'node:path';
import { forkGuest } from '../../../guests/fork/fork-guest.ts';
import type { Templates } from '../../../guests/fork/templates.ts';
import { bootGuest } from '../../../guests/machine/boot-guest.ts';
import type { QemuBinary } from '../../../guests/qemu/find-qemu.ts';
import { createTraceResolver, type TraceResolver } from '../../../guests/kernels/trace/resolve-trace.ts';
import { createRunKeys } from '../../../guests/ssh/keys.ts';
import { Admission } from '../../host/admission.ts';
import { neededMemory } from '../../host/guests-at-once.ts';
import { acceleratorOf } from '../../model/accelerator.ts';
import type { Cell } from '../../model/cell.ts';
import { suiteFor } from '../../suites/registry.ts';
import { chooseFork } from './choose-boot.ts';
import type { Reservation, ReserveGuest } from './guest-slot.ts';
import { observeGuest } from '../kernel/observe-guest.ts';
import type { Prepared } from '../prepare/prepare.ts';
import type { RunFolder } from '../record/run-folder.ts';
import type { UsedTemplates } from './used-templates.ts';
import { sumPhases } from '../../model/phase-time.ts';
import { present } from '../../model/present.ts';

interface ReserveFromPrepared {
  readonly folder: RunFolder;
  readonly qemu: QemuBinary;
  readonly accelerator: { readonly accelerator: 'kvm' | 'tcg' };
  readonly capacity: { readonly memoryBytes: number; readonly cores: number };
  readonly jobs?: number;
  readonly log: (line: string) => void;
  /** Absent: all guests boot. */
  readonly templates?: Templates;
  /** Hears of each guest that is forked. */
  readonly used?: Pick<UsedTemplates, 'add'>;
  readonly prepared: (cell: Cell) => Promise<Prepared>;
}

/** Reserves room on the host, then boots guests, each in its own folder. */
export function reserveFromPrepared(options: ReserveFromPrepared): ReserveGuest {
  const { folder, qemu, capacity, jobs, log, prepared, templates, used } = options;
  // A user who says how many guests may run at once has the last word on cores: each guest then counts for one.
  const admission = new Admission({ memoryBytes: capacity.memoryBytes, cores: jobs ?? capacity.cores });
  const keys = createRunKeys();
  const resolvers = new Map<string, TraceResolver>();
  /** Reading a kernel's symbols takes seconds: once a run. */
  const resolverOf = (vmlinux: string): TraceResolver => {
    const resolver = resolvers.get(vmlinux) ?? createTraceResolver(vmlinux);
    resolvers.set(vmlinux, resolver);
    return resolver;
  };

  return async (cell, waiting) => {
    const { kernel, image, disk } = await prepared(cell);
    waiting.throwIfAborted();
    const release = await admission.acquire(
      { memoryBytes: neededMemory(cell), cores: jobs === undefined ? cell.guest.cpus : 1 },
      waiting,
    );
    const suite = suiteFor(cell.suite);
    const { resultsBytes, needsHostControl } = suite;
    const boot: Reservation['boot'] = async ({ id, known }, signal) => {
      try {
        const accelerator = acceleratorOf(cell.guest, options.accelerator.accelerator);
        const dir = await folder.guestDir(id);
        const startedMs = performance.now();
        const machine = {
          id,
          kernel,
          image,
          topology: cell.pmem,
          ...present({ suiteDisk: disk, resultsBytes, hotPlug: needsHostControl }),
          guest: cell.guest,
          qemu,
          accelerator,
          keys,
          dir,
          signal,
        };
        const when = chooseFork(cell, suite);
        const guest =
          templates !== undefined && when !== undefined
            ? await forkGuest(machine, templates, when)
            : await bootGuest(machine);
        if (guest.template !== undefined) used?.add(cell, guest.template);
        const observer = observeGuest({
          guest,
          known,
          log,
          ...(kernel.vmlinux !== undefined && { resolve: resolverOf(kernel.vmlinux) }),
        });
        const consoleFile = join(dir, 'console.log');
        const filesMs = Math.round(performance.now() - startedMs) - sumPhases(guest.bootPhases);
        return {
          guest,
          host: guest.host,
          observer,
          accelerator,
          startedMs,
          bootPhases: [
            {
              phase: guest.template === undefined ? 'guest files' : 'guest files and template',
              ms: Math.max(0, filesMs),
            },
            ...guest.bootPhases,
          ],
          console: folder.toArtifact(consoleFile),
          consoleFile,
          release,
          // Each boot of its machine has a port of its own.
          get access() {
            return { port: guest.sshPort, clientKey: keys.client.privateKey, hostKey: keys.host.publicKey };
          },
        };
      } catch (error) {
        release();
        throw error;
      }
    };
    return { boot, release };
  };
}
