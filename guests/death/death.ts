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
  readonly events: readonly QmpEvent[];
  readonly report: Pick<KernelProblem, 'title' | 'fatal' | 'lines'> | undefined;
  /** The sentence by which the guest's init gave up. */
  readonly fatalSentence: string | undefined;
  /** What the kernel showed of its stacks when the rig asked. */
  readonly stacks: readonly string[];
  readonly lastLines: readonly string[];
}

/**
 * Names a guest's end. The kernel's own report wins over every other sign, then QEMU's events, then the rig's
 * suspicion.
 */
export function nameDeath({ suspicion, events, report, fatalSentence, stacks, lastLines }: DeathFacts): GuestDeath {
  const evidence = (report?.lines ?? lastLines).join('\n');
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
