import { findPosition } from '../../matrices/source/find-position.ts';
import type { KernelPair } from '../../reports/verdicts/compare-kernels.ts';
import { UserError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { quoteWord } from '../model/quote-word.ts';
import type { Matrix } from '../model/matrix.ts';
import { expandMatrix } from '../plan/expand.ts';
import { filterPlan, keepKernels } from '../plan/filter.ts';
import { suiteFor } from '../suites/registry.ts';
import { executeRun } from './execute/execute-run.ts';
import type { ExecuteOptions } from './plan/execute-options.ts';
import { checkFileKernels, kernelsOf, loadFile } from './plan/load-plan.ts';
import { rerunMatrix } from './plan/rerun-words.ts';

interface CompareKernelsOptions extends ExecuteOptions {
  readonly filter: readonly string[];
  readonly json?: boolean;
}

/**
 * `pmemrig compare --kernels BASE,NOW MATRIX`: runs the cells of two kernels of a matrix in one run, and prints what
 * the second does otherwise.
 */
export async function compareKernelsCommand(
  path: string,
  run: string | undefined,
  names: readonly string[],
  options: CompareKernelsOptions,
): Promise<number> {
  if (run !== undefined)
    throw new UserError(`with --kernels one matrix file is run, and ${quoteWord(run)} is one name too many`, {
      code: 'run-and-kernels',
      remedy: `leave ${quoteWord(run)} out, or --kernels to compare two runs`,
    });
  const loaded = await loadFile(path);
  const { matrix } = loaded;
  const pair = await parsePair(path, matrix, names);
  const plan = filterPlan(expandMatrix(matrix, { suiteFor }), options.filter);
  const paired = keepKernels(plan, [pair.base, pair.now]);
  for (const name of [pair.base, pair.now]) {
    if (!paired.cells.some(({ kernel }) => kernel.name === name)) {
      throw new UserError(`no cell of ${name} is left to compare`, {
        code: 'empty-matrix',
        remedy: 'widen --filter, or the include rules of the matrix: `pmemrig list MATRIX` prints the cells',
      });
    }
  }
  await checkFileKernels(loaded, kernelsOf(paired));
  // A comparison wants cells of both kernels; what failed in those of one is run by itself.
  const rerun = rerunMatrix(path, options);
  const whole = options.filter.length === 0 && paired.cells.length === plan.cells.length;
  const { status } = await executeRun(
    { matrix, plan: paired },
    { kind: 'kernels', whole, ...pair, ...(options.json === true && { json: true }) },
    rerun,
    options,
  );
  return status;
}

async function parsePair(path: string, { kernels }: Matrix, names: readonly string[]): Promise<KernelPair> {
  const [base, now] = names;
  const known = kernels.map(({ name }) => name);
  if (base === undefined || now === undefined || names.length > 2 || base === now) {
    throw new UserError(
      `--kernels wants two kernels of the matrix, the one to judge by first, not "${names.join(',')}"`,
      {
        code: 'no-kernel-pair',
        remedy:
          `pmemrig compare --kernels ${known.length < 2 ? 'base,patched' : known.slice(0, 2).join(',')} ` +
          quoteWord(path),
      },
    );
  }
  const unknown = [base, now].find((name) => !known.includes(name));
  if (unknown === undefined) return { base, now };
  const near = nearest(unknown, known);
  throw new UserError(`the matrix has no kernel ${unknown}, which --kernels names`, {
    code: 'unknown-kernel',
    remedy: near === undefined ? `it has ${known.join(', ')}` : `did you mean ${near}?`,
    position: await findPosition(path, ['kernels']),
  });
}
