import { logLine } from '../../host/log-line.ts';

/** Flags that every verb which runs something takes. */
export interface ExecuteOptions {
  readonly retries?: number;
  readonly split?: number;
  /** See {@link RunFacts.repeat}. */
  readonly repeat?: number;
  readonly jobs?: number;
  readonly runs?: string;
  /** The guest of the first failure is held until the user lets it go. */
  readonly keepGuest?: boolean;
  readonly verbose: boolean;
}

/** Diagnostics for `--verbose`. */
export function verboseLog({ verbose }: Pick<ExecuteOptions, 'verbose'>): (line: string) => void {
  return (line) => {
    if (verbose) logLine(line);
  };
}
