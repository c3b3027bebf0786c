import type { DeviceKind } from './device-kinds.ts';

/** What a rule's test saw of one thing: a word such as `EIO`, a count, or whether something held. */
export type Seen = string | number | boolean;

/** What may be seen: exactly that, one of several, or a number within bounds. */
export type Expected =
  Seen | { readonly oneOf: readonly Seen[] } | { readonly atLeast: number } | { readonly atMost: number };

/** Where a row holds; what is left out holds everywhere. */
export interface RuleWhere {
  /** Kernel releases: `>=6.1 <6.13`. */
  readonly kernels?: string;
  readonly devices?: readonly DeviceKind[];
  /** Names of {@link RuleText.cases}. */
  readonly cases?: readonly string[];
}

/** What is expected where. The first row that fits a test is its expectation. */
export interface RuleRow {
  readonly where?: RuleWhere;
  /** A value for each thing that the test looks at, no more and no less. */
  readonly sees: Readonly<Record<string, Expected>>;
  /** Why it is so here, in one sentence. */
  readonly because: string;
}

/** A rule of the kernel as data: what must hold, where, and why. `docs/checks.md` and `pmemrig explain` print it. */
export interface RuleText {
  /** Within its suite: `map-sync`. */
  readonly id: string;
  /** What must hold, one sentence. */
  readonly title: string;
  /** One paragraph: what must hold, and why. */
  readonly rule: string;
  /** The kernel's function, or a patch's subject, that the rule comes from. */
  readonly source: string;
  /** Where to look when it is broken. */
  readonly look: string;
  /** Kinds of device that it is for: a topology's first device decides. */
  readonly devices: readonly DeviceKind[];
  /** How many devices of the topology it takes; absent: one. */
  readonly deviceCount?: number;
  /** Kernel releases that it is for; absent: all. Elsewhere its tests are skipped with `kernelsBecause`. */
  readonly kernels?: string;
  readonly kernelsBecause?: string;
  /** A test each: file systems, or numbers of threads. Absent: the rule is one test. */
  readonly cases?: readonly string[];
  /** What its test needs beside a guest; where it cannot be had the test is skipped with the reason. */
  readonly needs: readonly RuleNeed[];
  /** In order of preference. */
  readonly rows: readonly RuleRow[];
  /** It is in the set of `pmemrig once`: all its cases, or those named. */
  readonly quick?: true | readonly string[];
  /** Rough time of one test under TCG. */
  readonly seconds: number;
  /** Ways to break what it looks at, each of which must turn it red. */
  readonly mutations: readonly RuleMutation[];
}

/** `host-faults`: the host's flush can fail or wait. `guest-tool`: the rig's C program, which takes a compiler. */
export type RuleNeed = 'host-faults' | 'guest-tool';

export type RuleMutation =
  | {
      /** What the rig itself does otherwise, without another kernel. */
      readonly by: RuleSabotage;
      readonly what: string;
      /** What its test then comes to; absent: `fail`. `infra`: the rig sees that its own fault did not happen. */
      readonly ends?: 'infra';
    }
  | {
      /** A patch of `e2e/testdata` that breaks the rule in a kernel. */
      readonly by: 'kernel-patch';
      readonly patch: string;
      readonly what: string;
    };

/**
 * - `no-fault`: a fault, or the wrong input that is to be refused, is asked for and left out.
 * - `no-sync`: the program in the guest leaves its sync calls and MAP_SYNC out.
 * - `never-dax`: all mounts are dax=never.
 * - `raw-namespace`: a namespace of another mode is made raw.
 * - `stray-write`: a byte beside those that the test writes is changed.
 * - `wrong-row`: the first thing that is expected is another.
 */
export type RuleSabotage = 'no-fault' | 'no-sync' | 'never-dax' | 'raw-namespace' | 'stray-write' | 'wrong-row';
