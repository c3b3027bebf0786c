import type { ExpectedProblem } from './expected-problem.ts';
import type { FilesystemSpec, GuestSpec, ImageSpec, KernelSpec, SuiteSpec } from './matrix.ts';
import type { PmemTopology } from './pmem.ts';

/** `debian-6.12/virtio-pmem/ext4-dax/fio`: readable, stable across runs. */
export type CellId = string & { readonly __brand: 'CellId' };

/** One point of the matrix, self-contained and serialisable. */
export interface Cell {
  readonly id: CellId;
  readonly kernel: KernelSpec;
  readonly image: ImageSpec;
  readonly pmem: PmemTopology;
  readonly filesystem: FilesystemSpec;
  readonly suite: SuiteSpec;
  readonly guest: GuestSpec;
  /** The tests known before boot, in order: `guest/boot`, `guest/pmem`, the suite's, `guest/close`. */
  readonly tests: readonly PlannedTest[];
}

export interface PlannedTest {
  /** `suite/name`, unique in the cell: `fio/dax-mmap-randwrite`. */
  readonly name: string;
  /** Rough time on TCG, for progress and `pmemrig list`. */
  readonly estimateSec: number;
  /** It plants a kernel problem, or proves that none is seen where none is: it says something of the rig alone. */
  readonly expects?: ExpectedProblem;
}

/** A cell that a rule removed; kept so that reports can say so. */
export interface ExcludedCell {
  readonly id: CellId;
  readonly reason: string;
}

export interface Plan {
  readonly cells: readonly Cell[];
  readonly excluded: readonly ExcludedCell[];
  /** Some tests of its cells were left out on request. */
  readonly narrowed?: true;
  /** What the user may have meant otherwise: a rule that fits no cell. */
  readonly warnings?: readonly string[];
  /** It is one part of a plan, see `RunShard`. */
  readonly shard?: PlanShard;
}

export interface PlanShard {
  readonly index: number;
  readonly of: number;
  readonly elsewhere: readonly { readonly shard: number; readonly at: number; readonly cell: Cell }[];
}

/** Tests that every cell has, made by the worker itself. */
export const BOOT_TEST = 'guest/boot';
export const PMEM_TEST = 'guest/pmem';
/** The suite's clean-up, umount above all, and that the guest outlived it. */
export const CLOSE_TEST = 'guest/close';

const RIG_TESTS: ReadonlySet<string> = new Set([BOOT_TEST, PMEM_TEST, CLOSE_TEST]);

/** One of the worker's own: it has an attempt for each guest of the cell, numbered as these are. */
export function isRigTest(name: string): boolean {
  return RIG_TESTS.has(name);
}

/** The tests that the cell's suite runs, without the worker's own. */
export function suiteTests({ tests }: Pick<Cell, 'tests'>): readonly PlannedTest[] {
  return tests.filter(({ name }) => !isRigTest(name));
}
