import type { GuestDeath } from '../../model/errors.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { SuiteSession } from '../../model/suite.ts';

/** What has become of a session, see docs/architecture.md. It takes tests while it is `opened`; the others are ends. */
export type SessionState =
  /** The suite is set up, and its guest takes tests. */
  | { readonly is: 'opened'; readonly suite: SuiteSession }
  /** The guest answers, but the suite runs no further test in it. */
  | { readonly is: 'spent'; readonly suite: SuiteSession }
  /** The guest died, hung or is no longer trusted: nothing is cleaned up. */
  | {
      readonly is: 'lost';
      /** What `guest/close` then is, without what the kernel said between the tests. */
      readonly close: TestResult;
      /** A kernel's report cost the guest the rig's trust, and nothing else: it can still be asked. */
      readonly answers: boolean;
      readonly death: GuestDeath | undefined;
    }
  /** Its guest was taken out of the run as a failure left it, for a shell. */
  | { readonly is: 'kept' }
  /** The guest answers but cannot hold the suite, and no guest of its kind can: all tests have that result. */
  | { readonly is: 'refused'; readonly test: string; readonly result: TestResult };
