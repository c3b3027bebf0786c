import type { ProblemKind } from './problem.ts';

/**
 * What the rig must see of a test that plants a kernel problem. Anything else is the rig's failure, not the kernel's.
 */
export interface ExpectedProblem {
  /** A problem of one of these kinds must begin in the test. None: no problem may. */
  readonly kinds: readonly ProblemKind[];
  /** What may come along with it. */
  readonly followers?: readonly ProblemKind[];
  /** The kernel panics of it. Without this it may, if it is set to. */
  readonly fatal?: true;
}
