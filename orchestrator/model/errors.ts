import { findRefusal } from './file-refusal.ts';

/** A place in a file that the user wrote; `line` and `column` count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

interface RigErrorOptions extends ErrorOptions {
  /** Stable, kebab-case, for scripts and tests: `unknown-key`, `no-qemu`. */
  readonly code: string;
  /** What the reader can do about it, one sentence or one command. */
  readonly remedy?: string;
}

/** Every error that the rig raises on purpose. The class says whom to blame. */
abstract class RigError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(message: string, options: RigErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = options.code;
    this.remedy = options.remedy;
  }
}

/** The user's input is wrong: exit 2. */
export class UserError extends RigError {
  readonly position: SourcePosition | undefined;

  constructor(message: string, options: RigErrorOptions & { readonly position?: SourcePosition }) {
    super(message, options);
    this.position = options.position;
  }
}

/**
 * The suite would fit the cell, were it not for the cell's kernel. With others in the matrix the cell is left out, and
 * reported so.
 */
export class KernelUnfitError extends UserError {}

/** The suite has nothing to run in a cell, or not on this machine. The cell is left out, and reported so. */
export class SuiteAbsentError extends UserError {}

/** The rig or its host could not do its part: exit 3, never the kernel's fault. */
export class InfraError extends RigError {}

/** The kernel under test could not be made: a result of its cells, as a kernel that does not boot is. */
export class KernelError extends RigError {
  /** The compiler's own words. */
  readonly evidence: string;

  constructor(message: string, options: RigErrorOptions & { readonly evidence: string }) {
    super(message, options);
    this.evidence = options.evidence;
  }
}

/** How a guest ended or stopped answering, by console, QMP and SSH together. */
export type GuestDeathKind = 'panic' | 'power-off' | 'reset' | 'stall' | 'ssh-lost' | 'qemu-died';

/**
 * The guest died or stopped answering. To the run it is a result, not a failure of the rig. The worker turns it into a
 * `crash` or `hang` of the test in flight.
 */
export class GuestDeath extends RigError {
  readonly kind: GuestDeathKind;
  /** The console's own words: the kernel's report if there is one, else the last lines. */
  readonly evidence: string;

  constructor(kind: GuestDeathKind, message: string, evidence: string) {
    super(message, { code: `guest-${kind}` });
    this.kind = kind;
    this.evidence = evidence;
  }
}

/**
 * The suite could not be set up in this guest (mkfs failed, dax mount refused): every test of the cell ends with it.
 */
export class SuiteSetupError extends RigError {
  readonly evidence: string;
  /**
   * `hang` when a step never ended: its guest is no longer to be trusted. `infra` when the rig could not do its part.
   */
  readonly status: 'fail' | 'hang' | 'infra';

  constructor(message: string, evidence: string, status: 'fail' | 'hang' | 'infra' = 'fail') {
    super(message, { code: 'suite-set-up' });
    this.evidence = evidence;
    this.status = status;
  }
}

/**
 * The InfraError for a file system that refuses one of the rig's own folders, see {@link findRefusal}. Any other error
 * comes back as it is.
 */
export function explainRefusal(error: unknown): unknown {
  const refusal = findRefusal(error);
  return refusal
    ? new InfraError(refusal.message, { code: refusal.code, remedy: refusal.remedy, cause: error })
    : error;
}

/** `file:line:column: message` followed by the remedy, as the terminal prints it. */
export function describeError(thrown: unknown): string {
  const error = explainRefusal(thrown);
  if (!(error instanceof RigError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const at = error instanceof UserError && error.position ? `${formatPosition(error.position)}: ` : '';
  return `${at}${error.message}${error.remedy === undefined ? '' : `\n  fix: ${error.remedy}`}`;
}

export function formatPosition({ file, line, column }: SourcePosition): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
