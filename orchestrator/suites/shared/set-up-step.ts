import type { Guest } from '../../model/guest.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { explainExitStatus } from '../../model/signals.ts';
import { lastLines } from '../../model/last-lines.ts';
import { SuiteSetupError } from '../../model/errors.ts';

/** What the steps of setting up a suite need of its context. */
export interface SetUpContext {
  readonly guest: Guest;
  readonly timeoutScale: number;
}

/** With `w` the kernel lists its blocked tasks, and so shows where a step that cannot even be killed sleeps. */
const SHOW_BLOCKED_TASKS = 'echo w > /proc/sysrq-trigger; dmesg';

/**
 * Runs one command of a suite's set-up and gives its stdout.
 * Rejects with SuiteSetupError, which carries the command's own words and the kernel's last ones;
 * past the slot "setup" its status is `hang`.
 */
export async function setUpStep({ guest, timeoutScale }: SetUpContext, command: readonly string[]): Promise<string> {
  const timeoutMs = TIMEOUTS_MS.setup * timeoutScale;
  const result = await guest.exec(command, { timeoutMs });
  if (result.exitCode === 0) return result.stdout;
  const words = lastLines(result.stderr || result.stdout, 40);
  const kernel = await guest.exec(result.timedOut ? SHOW_BLOCKED_TASKS : 'dmesg', { timeoutMs });
  throw new SuiteSetupError(
    `\`${command.join(' ')}\` ${describeEnd(result, timeoutMs)}`,
    `${words}\n\nlast kernel messages:\n${lastLines(kernel.stdout, result.timedOut ? 60 : 20)}`,
    result.timedOut ? 'hang' : 'fail',
  );
}

function describeEnd(
  { exitCode, signal, timedOut }: { exitCode: number | null; signal: string | null; timedOut: boolean },
  timeoutMs: number,
): string {
  if (timedOut) return `did not end within ${timeoutMs / 1000} s (the limit for setting up)`;
  // env(1), which carries a command's environment, says 127 as the shell does.
  if (exitCode === 127) return 'is not in the guest: add its package to the image';
  if (exitCode !== null) return `failed with exit status ${exitCode}${explainExitStatus(exitCode)}`;
  return signal === null ? 'ended, but its exit status was lost' : `was ended by signal ${signal}`;
}
