import { quoteWord } from '../model/quote-word.ts';
import { type ExecuteOptions, executeRun } from './execute-run.ts';
import { planFile } from './load-plan.ts';

/** `pmemrig run MATRIX`. */
export async function runCommand(path: string, options: ExecuteOptions & { readonly filter: readonly string[] }): Promise<number> {
  return executeRun(await planFile(path, options.filter), `pmemrig run ${quoteWord(path)} {filter}`, options);
}
