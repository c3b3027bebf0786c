import { GuestDeath } from '../../orchestrator/model/errors.ts';
import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import type { QmpEvent } from '../qemu/qmp.ts';
import { describeQemuWords } from '../qemu/own-words.ts';
import type { QemuExit } from '../qemu/qemu-process.ts';

/** Why the rig thinks that the guest is gone, before the console is asked. */
export type Suspicion =
  | { readonly what: 'qemu-exit'; readonly exit: QemuExit; readonly stderr: string }
  | { readonly what: 'panic' }
  /** The guest's init said FATAL. */
  | { readonly what: 'gave-up' }
  | { readonly what: 'ssh-lost'; readonly reason: string }
  | { readonly what: 'stall'; readonly reason: string }
  /** As a stall, but it is QEMU that stands still. */
  | { readonly what: 'qemu-stuck'; readonly reason: string; readonly stuck: string };

/** All that is known when a guest's end is to be named. */
export interface DeathFacts {
  readonly suspicion: Suspicion;
  /** It runs under TCG. */
  readonly isEmulated: boolean;
  readonly events: readonly QmpEvent[];
  readonly report: Pick<KernelProblem, 'title' | 'fatal' | 'lines'> | undefined;
  /** The sentence by which the guest's init gave up. */
  readonly fatalSentence: string | undefined;
  /** What the kernel showed of its stacks when the rig asked. */
  readonly stacks: readonly string[];
  readonly lastLines: readonly string[];
}

/**
 * The kernel patches its code by way of int3, which each CPU that meets it waits out. QEMU's TCG was seen to run one
 * from code that it had translated, when the patch was done already: once, in a boot with two CPUs (QEMU 7.2, Linux
 * 6.12; others: Red Hat's bug 2216496, "qemu-x86_64 booting with 8.0.0 stil see int3" on the kernel's list, July 2023).
 */
const HALF_PATCHED = /^(?:Oops: )?int3: /;
const OF_A_PATCH = 'QEMU has run an instruction that the kernel had patched away, a bug of TCG with several CPUs';

/**
 * Names a guest's end. The kernel's own report wins over every other sign, then QEMU's events, then the rig's
 * suspicion.
 */
export function nameDeath(facts: DeathFacts): GuestDeath {
  const { suspicion, events, report, fatalSentence, stacks, lastLines } = facts;
  const evidence = (report?.lines ?? lastLines).join('\n');
  if (report?.fatal && facts.isEmulated && HALF_PATCHED.test(report.title))
    return new GuestDeath('qemu-died', `${OF_A_PATCH}: ${report.title}`, evidence);
  if (report?.fatal) return new GuestDeath('panic', report.title, evidence);
  if (suspicion.what === 'qemu-stuck')
    return new GuestDeath('qemu-died', `${suspicion.stuck}; ${suspicion.reason}`, evidence);
  if (events.some(({ event }) => event === 'GUEST_PANICKED')) {
    return new GuestDeath('panic', 'the kernel panicked; its console says no more', evidence);
  }
  const because = report === undefined ? '' : `; before that the kernel reported: ${report.title}`;
  const die = (kind: GuestDeath['kind'], message: string) => new GuestDeath(kind, message + because, evidence);

  if (suspicion.what === 'stall') {
    return new GuestDeath(
      'stall',
      suspicion.reason + because,
      stacks.length === 0 ? evidence : [...(report?.lines ?? []), ...stacks].join('\n'),
    );
  }
  const shutdown = events.findLast(({ event }) => event === 'SHUTDOWN')?.data['reason'];
  if (fatalSentence !== undefined) return die('power-off', `the guest gave up during boot: ${fatalSentence}`);
  if (shutdown === 'guest-shutdown') return die('power-off', 'the guest powered itself off');
  if (shutdown === 'guest-reset') return die('reset', 'the guest reset itself without a panic');
  switch (suspicion.what) {
    case 'ssh-lost':
      return die('ssh-lost', suspicion.reason);
    case 'gave-up':
      return die('power-off', 'the guest gave up during boot');
    case 'panic':
      return die('panic', 'the kernel panicked');
    case 'qemu-exit':
      return die('qemu-died', describeExit(suspicion.exit, suspicion.stderr));
    default:
      return suspicion satisfies never;
  }
}

/** What a signal to QEMU usually means. A mapped file that the host can't back ends its user by SIGBUS. */
const SIGNAL_HINTS: Readonly<Record<string, string>> = {
  SIGBUS: ' (the host could not store what the guest wrote to its pmem: the disk of the runs is full)',
  SIGKILL: ' (by somebody, or for want of memory on the host: see its kernel log)',
};

function describeExit({ exitCode, signal }: QemuExit, stderr: string): string {
  const how =
    signal === null
      ? `exited with status ${exitCode ?? 'unknown'}`
      : `was killed by ${signal}${SIGNAL_HINTS[signal] ?? ''}`;
  const words = describeQemuWords(stderr);
  return `QEMU ${how}${words === '' ? '' : `: ${words}`}`;
}
