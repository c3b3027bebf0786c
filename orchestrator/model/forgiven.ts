/** A `skip` that ran and failed, and whose failure was expected. */
export interface Forgiven {
  /** `list`: a list of known failures has it. `test`: the test itself said so, as TAP's TODO does. */
  readonly by: 'list' | 'test';
  /** As the list or the test has it; may be empty. */
  readonly reason: string;
}

/** Begins the message of a test that a list forgives. */
export const KNOWN_FAILURE = 'known failure';
/** Begins the message of a test that forgives itself. */
export const EXPECTED_TO_FAIL = 'expected to fail';

/** What journals before version 4 said by the first words of a message alone. */
export function forgivenByMessage(message: string): Forgiven | undefined {
  if (message.startsWith(KNOWN_FAILURE))
    return { by: 'list', reason: message.slice(KNOWN_FAILURE.length).replace(/^: /, '') };
  if (message.startsWith(EXPECTED_TO_FAIL))
    return { by: 'test', reason: message.slice(EXPECTED_TO_FAIL.length).replace(/^: /, '') };
  return undefined;
}
