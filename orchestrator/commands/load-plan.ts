import { loadMatrix, loadMatrixText } from '../../matrices/load.ts';
import { stringify } from 'yaml';
import type { Plan } from '../model/cell.ts';
import { UserError } from '../model/errors.ts';
import type { Matrix } from '../model/matrix.ts';
import { expandMatrix } from '../plan/expand.ts';
import { filterPlan } from '../plan/filter.ts';
import { narrowTests } from '../plan/narrow-tests.ts';
import { listFioJobs, planSuite } from '../suites/registry.ts';
import { composeOnce, type OnceOptions } from './compose-once.ts';
import { readNamedTests } from './named-tests.ts';

export interface PlannedMatrix {
  readonly matrix: Matrix;
  readonly plan: Plan;
}

/** A matrix file, expanded and narrowed to cells (`filters`) and tests. @throws UserError with the place in the file. */
export async function planFile(path: string, filters: readonly string[], tests: readonly string[] = []): Promise<PlannedMatrix> {
  const matrix = await loadMatrix(path, { env: process.env, fioJobs: listFioJobs() });
  return { matrix, plan: narrowTests(filterPlan(expandMatrix(matrix, { planSuite }), filters), tests) };
}

/** Stands in messages where a matrix file's path would. */
const FLAGS = 'the command line';

/** The flags of `once` and `shell`, through the same loader as a file. */
export async function planFlags(options: OnceOptions, command: readonly string[], cwd = process.cwd()): Promise<PlannedMatrix> {
  const matrix = await loadComposed(composeOnce(options, command, cwd));
  return { matrix, plan: narrowTests(filterPlan(expandMatrix(matrix, { planSuite }), options.filter ?? []), readNamedTests(options.test).narrow) };
}

/** The matrix that flags stand for, from its plain value. */
export async function loadComposed(value: Readonly<Record<string, unknown>>): Promise<Matrix> {
  return loadMatrixText(stringify(value), FLAGS, { env: process.env, fioJobs: listFioJobs() }).catch((error: unknown) => {
    throw error instanceof UserError ? withoutPlaces(error) : error;
  });
}

/** Line and column are those of a text that nobody but the rig has seen. */
function withoutPlaces(error: UserError): UserError {
  const { code, remedy } = error;
  const message = error.message.replaceAll(new RegExp(`^${FLAGS}(:\\d+)+`, 'gm'), FLAGS);
  return new UserError(message, { code, position: { file: FLAGS }, cause: error, ...(remedy !== undefined && { remedy }) });
}
