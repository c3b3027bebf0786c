import type { Outcome } from './outcome.ts';

/** Begins the message of a `skip` that did run and failed, as a list of known failures says it does. */
export const KNOWN_FAILURE = 'known failure';
/** The same where the test itself said so: TAP's TODO. */
export const EXPECTED_TO_FAIL = 'expected to fail';

/** A skip that is none: the test ran, and its failure is forgiven. */
export function isForgiven(outcome: Outcome, message: string | undefined): boolean {
  return outcome === 'skip' && message !== undefined && (message.startsWith(KNOWN_FAILURE) || message.startsWith(EXPECTED_TO_FAIL));
}
