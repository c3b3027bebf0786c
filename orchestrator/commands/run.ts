import { UserError } from '../model/errors.ts';
import { quoteWord } from '../model/quote-word.ts';
import { type ExecuteOptions, executeRun } from './execute-run.ts';
import { planFile } from './load-plan.ts';
import { resumeCommand } from './resume.ts';

interface RunCommandOptions extends ExecuteOptions {
  readonly filter: readonly string[];
  /** A run to go on with instead of a matrix to begin. */
  readonly resume?: string;
}

/** `pmemrig run MATRIX` and `pmemrig run --resume RUN`. */
export async function runCommand(path: string | undefined, options: RunCommandOptions): Promise<number> {
  if (options.resume !== undefined) {
    if (path === undefined) return resumeCommand(options.resume, options);
    throw new UserError('a run that is resumed has its matrix already', { code: 'matrix-and-resume', remedy: `leave ${quoteWord(path)} or --resume out` });
  }
  if (path === undefined) throw new UserError('no matrix file is named', { code: 'no-matrix', remedy: 'name one, as in `pmemrig run matrices/smoke.yaml`; `pmemrig run --resume latest` goes on with a run' });
  return executeRun(await planFile(path, options.filter), `pmemrig run ${quoteWord(path)} {filter}`, options);
}
