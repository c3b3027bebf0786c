import type { DeathWatch } from '../death/death-watch.ts';
import type { GuestConsole } from '../qemu/console.ts';
import type { QemuProcess } from '../qemu/qemu-process.ts';
import type { SshConnection } from '../ssh/connection.ts';
import { explainSilence, watchFromOutside } from './examine.ts';
import { isStopped } from './stuck-qemu.ts';

const TICK_MS = 1000;
/** Several keep-alives are unanswered by then. */
const SUSPICIOUS_SEC = 10;
/** A guest that is busy somehow is given up after so long; unscaled. */
const HOPELESS_SEC = 30;

export interface SilenceOptions {
  readonly ssh: Pick<SshConnection, 'bytesRead'>;
  readonly console: Pick<GuestConsole, 'bytes'>;
  readonly qemu: Pick<QemuProcess, 'qmp' | 'pid'>;
  readonly watch: Pick<DeathWatch, 'reportStall'>;
  readonly accelerator: string;
  readonly timeoutScale: number;
  /** The rig holds the guest, whose silence says nothing then. Absent: never. */
  readonly isPaused?: () => boolean;
  /** Replaces the look at QEMU in tests: why the silence means nothing, `undefined` if it does. */
  readonly explain?: () => Promise<string | undefined>;
  readonly tickMs?: number;
}

/**
 * Notices that a guest answers nothing over SSH any more, keep-alives included, and finds out what that means. Counts
 * ticks of its own, not the host's clock: a controller that was stopped itself has no reason to complain.
 *
 * @returns ends the watch
 */
export function watchSilence(options: SilenceOptions): () => void {
  const { ssh, console, qemu, watch, accelerator, timeoutScale, isPaused = () => false, tickMs = TICK_MS } = options;
  const hopelessSec = HOPELESS_SEC * timeoutScale;
  const explain = options.explain ?? (async () => explainSilence(await watchFromOutside(qemu, console, accelerator)));
  let heard = ssh.bytesRead;
  let silentTicks = 0;
  let looking = false;

  const look = async (): Promise<void> => {
    const asked = heard;
    const report = (why = '') =>
      watch.reportStall(
        `the guest has answered nothing over SSH for ${silentTicks} s${why}`,
        () => ssh.bytesRead !== asked || isPaused(),
      );
    if (isPaused()) return;
    // A stopped QEMU will not answer; one that is busy may yet.
    if (await isStopped(qemu.pid)) return report();
    const explanation = await explain().catch(() => 'QEMU does not answer either');
    if (ssh.bytesRead !== asked || isPaused()) return;
    if (explanation === undefined) report(', though its CPUs have time for it');
    else if (silentTicks >= hopelessSec) report(`; ${explanation}`);
  };
  const timer = setInterval(() => {
    silentTicks = ssh.bytesRead === heard && !isPaused() ? silentTicks + 1 : 0;
    heard = ssh.bytesRead;
    if (silentTicks < SUSPICIOUS_SEC || looking) return;
    looking = true;
    void look().finally(() => (looking = false));
  }, tickMs);
  timer.unref();
  return () => clearInterval(timer);
}
