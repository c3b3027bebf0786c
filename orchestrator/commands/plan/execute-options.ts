import { logLine } from '../../host/log-line.ts';
import type { UsedDefault } from '../../model/used-default.ts';

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
  /** Where the time went is printed at the end. */
  readonly profile?: boolean;
  /** When the code of the verb was loaded, by `performance.now()`; absent where the process has done other work before. */
  readonly loadedMs?: number;
  readonly verbose: boolean;
  /** Which flags come from files of defaults. */
  readonly defaults?: readonly UsedDefault[];
}

/** Diagnostics for `--verbose`. */
export function verboseLog({ verbose }: Pick<ExecuteOptions, 'verbose'>): (line: string) => void {
  return (line) => {
    if (verbose) logLine(line);
  };
}
