import { loadMatrix, loadMatrixText } from '../../matrices/load.ts';
import { stringify } from 'yaml';
import type { Plan } from '../model/cell.ts';
import type { Matrix } from '../model/matrix.ts';
import { expandMatrix } from '../plan/expand.ts';
import { filterPlan } from '../plan/filter.ts';
import { narrowTests } from '../plan/narrow-tests.ts';
import { shardPlan, type ShardSpec } from '../plan/shard.ts';
import { listFioJobs, planSuite } from '../suites/registry.ts';
import { composeOnce, type OnceOptions } from './compose-once.ts';
import { logLine } from './log-line.ts';
import { nameFlag } from './name-flag.ts';
import { readNamedTests } from './named-tests.ts';

export interface PlannedMatrix {
  readonly matrix: Matrix;
  readonly plan: Plan;
}

/** A matrix file, expanded and narrowed to cells (`filters`) and tests, and of that one part if `shard` asks for it. @throws UserError with the place in the file. */
export async function planFile(path: string, filters: readonly string[], tests: readonly string[] = [], shard?: ShardSpec): Promise<PlannedMatrix> {
  const matrix = await loadMatrix(path, { env: process.env, fioJobs: listFioJobs() });
  const plan = narrowTests(filterPlan(expandMatrix(matrix, { planSuite }), filters), tests);
  return { matrix, plan: shard === undefined ? plan : takeShard(plan, shard) };
}

/** In CI the number of parts is fixed, whatever a filter leaves: a part without cells is no error. */
function takeShard(plan: Plan, shard: ShardSpec): Plan {
  const part = shardPlan(plan, shard);
  if (part.cells.length === 0) logLine(`shard ${shard.index}/${shard.of} has nothing to do: the plan has ${plan.cells.length} ${plan.cells.length === 1 ? 'cell' : 'cells'}`);
  return part;
}

/** Stands in messages where a matrix file's path would. */
const FLAGS = 'the command line';

/** The flags of `once` and `shell`, through the same loader as a file. Errors name the flag. */
export async function planFlags(options: OnceOptions, command: readonly string[], cwd = process.cwd()): Promise<PlannedMatrix> {
  const matrix = await loadComposed(composeOnce(options, command, cwd), (path) => nameFlag(path, options));
  return { matrix, plan: narrowTests(filterPlan(expandMatrix(matrix, { planSuite, byFlags: true }), options.filter ?? []), readNamedTests(options.test).narrow) };
}

/** The matrix that flags stand for, from its plain value. `nameValue` says which of them a value comes from, for errors: line and column would be those of a text that nobody has seen. */
export async function loadComposed(value: Readonly<Record<string, unknown>>, nameValue: (path: readonly (string | number)[]) => string | undefined = () => undefined): Promise<Matrix> {
  return loadMatrixText(stringify(value), FLAGS, { env: process.env, fioJobs: listFioJobs(), describePlace: (path) => nameValue(path) ?? FLAGS });
}
