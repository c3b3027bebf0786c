import { describeError, explainRefusal, InfraError, type SourcePosition, UserError } from './errors.ts';
import { present } from './present.ts';

/** An error that stops a run, as a value that can be sent: whom to blame, and what the user reads of it. */
export type PlainError =
  | {
      readonly blame: 'user' | 'host';
      readonly message: string;
      readonly code: string;
      readonly remedy?: string;
      readonly position?: SourcePosition;
    }
  /** A bug of the rig; `description` has the stack. */
  | { readonly blame: 'rig'; readonly message: string; readonly description: string };

export function toPlainError(thrown: unknown): PlainError {
  const error = explainRefusal(thrown);
  if (error instanceof UserError) {
    const { message, code, remedy, position } = error;
    return { blame: 'user', message, code, ...present({ remedy, position }) };
  }
  if (error instanceof InfraError) {
    const { message, code, remedy } = error;
    return { blame: 'host', message, code, ...present({ remedy }) };
  }
  return {
    blame: 'rig',
    message: error instanceof Error ? error.message : String(error),
    description: describeError(error),
  };
}

/** The error that it was, as far as anyone asks it. */
export function fromPlainError(plain: PlainError): Error {
  switch (plain.blame) {
    case 'user':
      return new UserError(plain.message, plain);
    case 'host':
      return new InfraError(plain.message, plain);
    case 'rig':
      return Object.assign(new Error(plain.message), { stack: plain.description });
    default:
      return plain satisfies never;
  }
}
