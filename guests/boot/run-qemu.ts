import { join } from 'node:path';
import { present } from '../../orchestrator/model/present.ts';
import { openConsoleLog, type ConsoleLog } from '../qemu/console-log.ts';
import { blameQemuStart } from '../qemu/blame-start.ts';
import { createConsoleFeed } from '../qemu/console-feed.ts';
import { createConsole, type GuestConsole } from '../qemu/console.ts';
import { startQemu, type QemuProcess } from '../qemu/qemu-process.ts';
import type { QmpEvent } from '../qemu/qmp.ts';
import { blameHost } from '../store/host-error.ts';
import { type Bootable, type BootOptions, forkOf } from './bootable.ts';

/** QEMU's start to its QMP greeting; a host that swaps takes seconds. */
const QEMU_START_MS = 15_000;

/** Who hears QEMU at the moment: each boot has ears of its own. */
interface Ears {
  readonly console: GuestConsole;
  readonly events: QmpEvent[];
}

/** A QEMU that runs, or has ended. */
export interface RunningQemu {
  /** Its `exited` fulfils when the console has been read to its end. */
  readonly qemu: QemuProcess;
  /** Those of the boot that is due. */
  readonly ears: () => Ears;
  /** Gives further ears the word, for another boot. */
  readonly listenAnew: (onFirstLine: () => void) => void;
  /** Does so from the next boot's first line on. */
  readonly listenAtBoot: () => void;
}

/** Between the console of a template and that of its fork. */
const FORK_LINE = '\npmemrig: so far the boot of the template, from which this guest was forked\n';

/** Starts a machine's QEMU, and keeps what its console prints. Rejects with UserError or InfraError. */
export async function runQemu(machine: Bootable, options: BootOptions): Promise<RunningQemu> {
  const fork = forkOf(machine, options);
  const consoleLog = openLog(machine, options);
  const newEars = (onFirstLine?: () => void): Ears => {
    let first = onFirstLine;
    const onLine = (line: string): void => {
      first?.();
      first = undefined;
      options.onConsoleLine?.(line);
    };
    return { console: createConsole(machine.marks, onLine), events: [] };
  };
  let ears = newEars();
  const feed = createConsoleFeed(ears.console);
  const hear = (chunk: Uint8Array): void => {
    consoleLog.write(chunk);
    feed.push(chunk);
  };
  if (fork !== undefined) for (const chunk of [fork.template.console, Buffer.from(FORK_LINE)]) hear(chunk);
  const qemu = await startQemu({
    qemu: machine.qemu,
    argv: fork?.argv ?? machine.argv,
    onConsole: hear,
    onEvent: (event) => ears.events.push(event),
    startTimeoutMs: QEMU_START_MS,
    ...present({ ramFd: machine.ramFd }),
  }).catch((error: unknown) => {
    consoleLog.close();
    throw blameQemuStart(error, machine.kernel);
  });
  // Before the watch looks at the console.
  const closed = qemu.exited.then((exit) => {
    feed.end();
    consoleLog.close();
    return exit;
  });
  return {
    qemu: { ...qemu, exited: closed },
    ears: () => ears,
    listenAnew: (onFirstLine) => {
      ears = newEars(onFirstLine);
      feed.turnTo(ears.console);
    },
    listenAtBoot: () => {
      ears = newEars();
      feed.turnAtBoot(ears.console);
    },
  };
}

/** Rejects with InfraError. */
function openLog({ dir }: Bootable, { again = false }: BootOptions): ConsoleLog {
  try {
    return openConsoleLog(join(dir, 'console.log'), { append: again });
  } catch (error) {
    throw blameHost(`the files of a guest cannot be written to ${dir}`, error);
  }
}
