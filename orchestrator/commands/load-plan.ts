import { loadMatrix, loadMatrixText } from '../../matrices/load.ts';
import { stringify } from 'yaml';
import type { Plan } from '../model/cell.ts';
import type { Matrix } from '../model/matrix.ts';
import { expandMatrix } from '../plan/expand.ts';
import { filterPlan } from '../plan/filter.ts';
import { listFioJobs, planSuite } from '../suites/registry.ts';
import { composeOnce, type OnceOptions } from './compose-once.ts';

export interface PlannedMatrix {
  readonly matrix: Matrix;
  readonly plan: Plan;
}

/** A matrix file, expanded and narrowed. @throws UserError with the place in the file. */
export async function planFile(path: string, filters: readonly string[]): Promise<PlannedMatrix> {
  const matrix = await loadMatrix(path, { env: process.env, fioJobs: listFioJobs() });
  return { matrix, plan: filterPlan(expandMatrix(matrix, { planSuite }), filters) };
}

/** The flags of `once` and `shell`, through the same loader as a file. */
export async function planFlags(options: OnceOptions, command: readonly string[]): Promise<PlannedMatrix> {
  const matrix = await loadMatrixText(stringify(composeOnce(options, command)), 'the command line', { env: process.env, fioJobs: listFioJobs() });
  return { matrix, plan: filterPlan(expandMatrix(matrix, { planSuite }), options.filter ?? []) };
}
