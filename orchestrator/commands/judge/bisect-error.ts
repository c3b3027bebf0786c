import { CANNOT_TELL } from '../../../reports/facts/bisect-status.ts';
import { UserError } from '../../model/errors.ts';

/** Git stops a bisection at any status above 127: what is wrong with the command line is so at every commit. */
const STOP_BISECTION = 255;
/** What is wrong with one commit alone: the next one may build. */
const COMMIT_ERRORS: ReadonlySet<string> = new Set([
  'patch-failed',
  'config-unmet',
  'not-a-kernel',
  'kernel-lacks-driver',
]);

/** The exit status of `once --bisect` when the run did not come to results. */
export function bisectErrorStatus(error: unknown): number {
  return error instanceof UserError && !COMMIT_ERRORS.has(error.code) ? STOP_BISECTION : CANNOT_TELL;
}
