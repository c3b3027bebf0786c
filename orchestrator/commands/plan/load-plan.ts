import { type LoadedMatrix, loadMatrix, loadMatrixText } from '../../../matrices/load.ts';
import { stringify } from 'yaml';
import type { Plan } from '../../model/cell.ts';
import type { Matrix } from '../../model/matrix.ts';
import { expandMatrix } from '../../plan/expand.ts';
import { filterPlan } from '../../plan/filter.ts';
import { narrowTests } from '../../plan/narrow-tests.ts';
import { shardPlan, type ShardSpec } from '../../plan/shard.ts';
import { offeredNames, suiteFor } from '../../suites/registry.ts';
import { checkKernels } from './check-kernels.ts';
import { composeOnce, type OnceOptions } from '../compose/compose-once.ts';
import { logLine } from '../../host/log-line.ts';
import { nameFlag } from '../compose/name-flag.ts';
import { narrowingTests } from '../compose/named-tests.ts';

export interface PlannedMatrix {
  readonly matrix: Matrix;
  readonly plan: Plan;
}

/**
 * A matrix file, expanded and narrowed to cells (`filters`) and tests, and of that one part if `shard` asks for it.
 * @throws UserError with the place in the file.
 */
export async function planFile(
  path: string,
  filters: readonly string[],
  tests: readonly string[] = [],
  shard?: ShardSpec,
): Promise<PlannedMatrix> {
  const loaded = await loadFile(path);
  const { matrix } = loaded;
  const plan = narrowTests(filterPlan(expandMatrix(matrix, { suiteFor }), filters), tests);
  // Those of all parts: what is wrong with the input is wrong on every machine.
  await checkFileKernels(loaded, kernelsOf(plan));
  await checkSuites(matrix);
  return { matrix, plan: shard === undefined ? plan : takeShard(plan, shard) };
}

/**
 * A matrix file, its kernels not looked at, see {@link checkFileKernels}. @throws UserError with the place in the file.
 */
export async function loadFile(path: string): Promise<LoadedMatrix> {
  return loadMatrix(path, { env: process.env, offered: offeredNames() });
}

/**
 * Looks at all that can be seen of these kernels of a file before any is made. @throws UserError with the place in the
 * file.
 */
export async function checkFileKernels(loaded: LoadedMatrix, names: Iterable<string>): Promise<void> {
  await checkKernels(loaded, names, (ref) => `ref: ${ref}`);
}

async function checkSuites({ suites }: Matrix): Promise<void> {
  for (const suite of suites) await suiteFor(suite).check?.(suite);
}

export function kernelsOf({ cells }: Plan): readonly string[] {
  return cells.map(({ kernel }) => kernel.name);
}

/** In CI the number of parts is fixed, with any filter: a part without cells is no error. */
function takeShard(plan: Plan, shard: ShardSpec): Plan {
  const part = shardPlan(plan, shard);
  if (part.cells.length === 0)
    logLine(
      `shard ${shard.index}/${shard.of} has nothing to do: ` +
        `the plan has ${plan.cells.length} ${plan.cells.length === 1 ? 'cell' : 'cells'}`,
    );
  return part;
}

/** Stands in messages where a matrix file's path would. */
const FLAGS = 'the command line';

/** The flags of `once` and `shell`, through the same loader as a file. Errors name the flag. */
export async function planFlags(
  options: OnceOptions,
  command: readonly string[],
  cwd = process.cwd(),
): Promise<PlannedMatrix> {
  const matrix = await loadComposed(composeOnce(options, command, cwd), {
    nameValue: (path) => nameFlag(path, options),
    nameCommit: (ref) => `--ref ${ref}`,
  });
  await checkSuites(matrix);
  return {
    matrix,
    plan: narrowTests(
      filterPlan(expandMatrix(matrix, { suiteFor, byFlags: true }), options.filter ?? []),
      narrowingTests(options.test),
    ),
  };
}

interface FlagWords {
  /** Which flag a value comes from, for errors: line and column would be those of a text that the user has not seen. */
  readonly nameValue: (path: readonly (string | number)[]) => string | undefined;
  /** How the verb's flags name a commit: `--ref HEAD`. */
  readonly nameCommit: (ref: string) => string;
}

/** The matrix that flags stand for, from its plain value. */
export async function loadComposed(
  value: Readonly<Record<string, unknown>>,
  { nameValue, nameCommit }: FlagWords,
): Promise<Matrix> {
  const loaded = await loadMatrixText(stringify(value), FLAGS, {
    env: process.env,
    offered: offeredNames(),
    describePlace: (path) => nameValue(path) ?? FLAGS,
  });
  await checkKernels(
    loaded,
    loaded.matrix.kernels.map(({ name }) => name),
    nameCommit,
  );
  return loaded.matrix;
}
