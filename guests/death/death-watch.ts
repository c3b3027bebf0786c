import type { GuestDeath } from '../../orchestrator/model/errors.ts';
import { TIMEOUTS_MS } from '../../orchestrator/model/timeouts.ts';
import { nameDeath, type Suspicion } from './death.ts';
import { createDeferred, settlesWithin } from '../deferred.ts';
import { whyStuck } from '../silence/stuck-qemu.ts';
import type { GuestConsole } from '../qemu/console.ts';
import type { QemuProcess } from '../qemu/qemu-process.ts';
import type { QmpEvent } from '../qemu/qmp.ts';

/** All CPUs' stacks, then the tasks that block. */
const STACK_KEYS = ['l', 'w'] as const;
/**
 * How long a stalled kernel gets to print what one key asks for, unscaled. The console shows about a hundred lines a
 * second under TCG. A key that comes before the answer to the one before is lost. A UART has one flag for all breaks in
 * its queue, and the kernel took the letter for a second break (seen with 6.1: `l^@w` was echoed instead).
 */
const STACKS_WAIT_MS = 1000;

/** Notices a guest's end from every side, and names it once. */
export interface DeathWatch {
  /** Fulfils when the guest dies or stops answering on its own; never after {@link DeathWatch.dismiss}. */
  readonly death: Promise<GuestDeath>;
  /** The rig saw that the guest does not answer: takes its stacks, then calls it dead, unless it `isBack` by then. */
  reportStall(reason: string, isBack?: () => boolean): void;
  /** There is no SSH connection any more, or none to be had. */
  reportSshLost(reason: string): void;
  /** The connection ended: `reason` is ssh2's word for it. */
  reportSshClosed(reason: string | undefined): void;
  /** What happens from now on is the rig's own doing. */
  dismiss(): void;
}

export function watchDeath(options: {
  readonly qemu: QemuProcess;
  readonly console: GuestConsole;
  readonly events: readonly QmpEvent[];
  /** For the waits on the guest's last words. */
  readonly timeoutScale: number;
  /** It runs under TCG. */
  readonly isEmulated: boolean;
}): DeathWatch {
  const { qemu, console, events } = options;
  const death = createDeferred<GuestDeath>();
  const lastWordsMs = TIMEOUTS_MS.lastWords * options.timeoutScale;
  let over = false;

  const name = (suspicion: Suspicion) => {
    if (over) return;
    over = true;
    death.resolve(
      nameDeath({
        suspicion,
        isEmulated: options.isEmulated,
        events,
        report: console.report(),
        fatalSentence: console.fatalSentence(),
        stacks: console.stacks(),
        lastLines: console.lastLines(),
      }),
    );
  };
  /** QEMU's exit names the death better than the suspicion does, if it comes in time. */
  const nameAfterLastWords = async (suspicion: Suspicion) => {
    await settlesWithin(qemu.exited, lastWordsMs);
    name(suspicion);
  };

  void qemu.exited.then((exit) => name({ what: 'qemu-exit', exit, stderr: qemu.stderr() }));
  void console.panicked.then(() => nameAfterLastWords({ what: 'panic' }));
  void console.fatal.then(() => nameAfterLastWords({ what: 'gave-up' }));

  let stalling = false;
  /** The first report that no answer can take back: somebody waits for this death. */
  let certain: string | undefined;
  const stall = async (suspected: string, isBack?: () => boolean) => {
    if (!isBack) certain ??= suspected;
    if (over || stalling) return;
    stalling = true;
    const stuck = await whyStuck(qemu);
    if (stuck === undefined) await takeStacks(qemu, STACKS_WAIT_MS * options.timeoutScale);
    stalling = false;
    if (certain === undefined && isBack?.() === true) return;
    const reason = certain ?? suspected;
    name(stuck === undefined ? { what: 'stall', reason } : { what: 'qemu-stuck', reason, stuck });
  };
  return {
    death: death.promise,
    reportStall: (reason, isBack) => void stall(reason, isBack),
    reportSshLost: (reason) => void nameAfterLastWords({ what: 'ssh-lost', reason }),
    reportSshClosed: (reason) =>
      void nameAfterLastWords({
        what: 'ssh-lost',
        reason:
          'the SSH connection was lost while the guest went on ' +
          `running${reason === undefined ? '' : ` (${reason})`}`,
      }),
    dismiss: () => {
      over = true;
    },
  };
}

/** Into the console log, as far as QEMU takes the keys. */
async function takeStacks(qemu: QemuProcess, waitMs: number): Promise<void> {
  try {
    for (const key of STACK_KEYS) {
      await qemu.sendSysrq(key);
      await settlesWithin(qemu.exited, waitMs);
    }
  } catch {
    // It answered a moment ago, and is named by what it did not answer.
  }
}
