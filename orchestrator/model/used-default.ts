import type { SourcePosition } from './errors.ts';

/** A flag that the user left to a file of defaults. */
export interface UsedDefault {
  /** As commander names the option: `configBase`. */
  readonly option: string;
  /** As the user would have typed it: `--config-base`. */
  readonly flag: string;
  /** The word behind it. */
  readonly text: string;
  readonly position: SourcePosition;
}
