import type { Forgiven } from './forgiven.ts';

/** How one attempt at a test ended. `excluded`: a list says that it is not to run here. */
export type AttemptStatus = 'pass' | 'fail' | 'skip' | 'excluded' | 'crash' | 'hang' | 'infra';

/** What a test amounts to, computed from all its attempts. */
export type Outcome = AttemptStatus | 'flaky' | 'unreached';

/** Neither a failure nor anything that another attempt would better. */
export function isBenign(status: AttemptStatus): boolean {
  return status === 'pass' || status === 'skip' || status === 'excluded';
}

/** One figure with its unit, fit for comparison over time. */
export interface Metric {
  /** Dotted, stable: `read.iops`, `write.clat.p99`. */
  readonly name: string;
  readonly value: number;
  readonly unit: 'iops' | 'bytes/s' | 'ns' | '%' | 's' | 'count' | 'instructions';
  readonly better: 'higher' | 'lower' | 'neither';
}

/** What a suite says of one attempt; the worker adds times and guest deaths. */
export interface TestResult {
  readonly status: AttemptStatus;
  /** One sentence: why it failed or was skipped. Required unless it passed. */
  readonly message?: string;
  /** The words that show it: fio's error line, the console excerpt, the script's last output. Bounded. */
  readonly evidence?: string;
  /** For a `skip` that did run. */
  readonly forgiven?: Forgiven;
  readonly metrics?: readonly Metric[];
  /** Paths relative to the run folder. */
  readonly artifacts?: readonly string[];
  /** Tests found only while it ran (TAP, KTAP); names are relative to the test's own. */
  readonly subtests?: readonly (Omit<TestResult, 'subtests'> & { readonly name: string })[];
}
