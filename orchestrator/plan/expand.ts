import { selectNames } from '../model/globs.ts';
import type { Cell, CellId, ExcludedCell, Plan } from '../model/cell.ts';
import { KernelUnfitError, SuiteAbsentError, UserError } from '../model/errors.ts';
import type { Matrix, SelectRule, SuiteSpec } from '../model/matrix.ts';
import { planTests } from './plan-tests.ts';
import type { PlannedSuite } from './plan-tests.ts';
import { warnUnflushed } from './warn-unflushed.ts';

/** A point of the product, before its tests are known. */
type Combination = Omit<Cell, 'tests' | 'guest'>;

export type SuiteOf = (spec: SuiteSpec) => PlannedSuite;

/** Cells named in one error; the rest are counted. */
const MAX_NAMED = 10;

/**
 * All cells of a matrix in its own order: kernels outermost, suites innermost; with include rules, rule by rule.
 * Cells share the matrix's objects.
 * @param byFlags composed of flags, it has no file that a rule could be added to: remedies say so
 * @throws UserError when nothing is left, or when a cell can never work; it names the cells
 */
export function expandMatrix(
  matrix: Matrix,
  { suiteFor, byFlags = false }: { readonly suiteFor: SuiteOf; readonly byFlags?: boolean },
): Plan {
  const rules: readonly SelectRule[] = matrix.include.length > 0 ? matrix.include : [{}];
  const combinations = new Map(
    rules.flatMap((rule) => product(matrix, rule)).map((combination) => [combination.id, combination]),
  );

  const excludes = matrix.exclude.map((rule) => ({ reason: rule.reason, axes: selectAxes(matrix, rule) }));
  const excluded: ExcludedCell[] = [];
  const kept: Combination[] = [];
  for (const combination of combinations.values()) {
    const rule = excludes.find(({ axes }) => holds(axes, combination));
    if (rule) excluded.push({ id: combination.id, reason: rule.reason });
    else kept.push(combination);
  }
  if (kept.length === 0) {
    throw userError(
      matrix,
      'empty-matrix',
      `no cell is left: the exclude rules remove all ${excluded.length}`,
      'narrow or remove an exclude rule',
    );
  }
  const planned = planCells(matrix, kept, suiteFor, byFlags);
  const idle = excludes.filter(
    ({ axes }) => ![...combinations.values()].some((combination) => holds(axes, combination)),
  );
  const warnings = [...idle.map(({ reason }) => `the exclude rule "${reason}" fits no cell`), ...warnUnflushed(kept)];
  return { cells: planned.cells, excluded: [...excluded, ...planned.unfit], ...(warnings.length > 0 && { warnings }) };
}

type Axes = ReturnType<typeof selectAxes>;

function selectAxes(matrix: Matrix, rule: SelectRule) {
  return {
    kernels: select(rule.kernel, matrix.kernels),
    images: select(rule.image, matrix.images),
    topologies: select(rule.pmem, matrix.pmem),
    filesystems: select(rule.filesystem, matrix.filesystems),
    suites: select(rule.suite, matrix.suites),
  };
}

function select<Item extends { readonly name: string }>(
  globs: readonly string[] | undefined,
  items: readonly Item[],
): ReadonlySet<Item> {
  const names = selectNames(
    globs,
    items.map((item) => item.name),
  );
  return new Set(items.filter((item) => names.has(item.name)));
}

function holds(
  { kernels, images, topologies, filesystems, suites }: Axes,
  { kernel, image, pmem, filesystem, suite }: Combination,
): boolean {
  return (
    kernels.has(kernel) && images.has(image) && topologies.has(pmem) && filesystems.has(filesystem) && suites.has(suite)
  );
}

function product(matrix: Matrix, rule: SelectRule): Combination[] {
  const { kernels, images, topologies, filesystems, suites } = selectAxes(matrix, rule);
  const combinations: Combination[] = [];
  for (const kernel of kernels) {
    for (const image of images) {
      const platform = image === matrix.images[0] ? kernel.name : `${kernel.name}@${image.name}`;
      for (const pmem of topologies) {
        for (const filesystem of filesystems) {
          for (const suite of suites) {
            const parts = [platform, pmem.name, ...(filesystem.type === 'none' ? [] : [filesystem.name]), suite.name];
            // The one place where cell ids are made.
            combinations.push({ id: parts.join('/') as CellId, kernel, image, pmem, filesystem, suite });
          }
        }
      }
    }
  }
  return combinations;
}

/**
 * The cells, and those that are left out. Their suite is not on this machine, or cannot run on their kernel while it
 * can on another.
 */
function planCells(
  matrix: Matrix,
  combinations: readonly Combination[],
  suiteFor: SuiteOf,
  byFlags: boolean,
): { readonly cells: Cell[]; readonly unfit: ExcludedCell[] } {
  // The image has no say in a suite's tests, so the other axes are planned once for all images.
  const planned = new Map<string, ReturnType<typeof planTests>>();
  const cells: Cell[] = [];
  const refused: { readonly combination: Combination; readonly error: UserError }[] = [];
  for (const combination of combinations) {
    const { kernel, image, suite: spec, pmem, filesystem } = combination;
    const suite = suiteFor(spec);
    const key = [kernel.name, image.name, spec.name, pmem.name, filesystem.name].join('/');
    const tests = planned.get(key) ?? planTests({ spec, kernel, image, pmem, filesystem }, suite);
    planned.set(key, tests);
    if (tests instanceof UserError) refused.push({ combination, error: tests });
    else cells.push({ ...combination, guest: suite.guestFor?.(spec, matrix.guest) ?? matrix.guest, tests });
  }
  const running = new Set(cells.map(({ suite }) => suite));
  const isUnfit = ({ combination, error }: (typeof refused)[number]): boolean =>
    // Others of the matrix still run; if none do, that is for the user to hear.
    (error instanceof SuiteAbsentError && cells.length > 0) ||
    (error instanceof KernelUnfitError && running.has(combination.suite));
  const unfit = refused
    .filter(isUnfit)
    .map(({ combination, error }) => ({ id: combination.id, reason: error.message }));
  const [first, ...others] = refused.filter((refusal) => !isUnfit(refusal));
  if (!first) return { cells, unfit };
  if (refused.length === combinations.length && refused.every(({ error }) => error instanceof SuiteAbsentError)) {
    throw userError(matrix, first.error.code, `no cell is left: ${first.error.message}`, first.error.remedy ?? '');
  }
  const { id, pmem, filesystem, suite } = first.combination;
  const named = others.slice(0, MAX_NAMED).map(({ combination, error }) => `\n  ${combination.id}: ${error.message}`);
  const more = others.length > MAX_NAMED ? `\n  and ${others.length - MAX_NAMED} more` : '';
  const rule = `{ pmem: ${pmem.name}, filesystem: ${filesystem.name}, suite: ${suite.name}, reason: … }`;
  throw userError(
    matrix,
    first.error.code,
    `cell ${id} can never work: ${first.error.message}${named.join('')}${more}`,
    byFlags
      ? (first.error.remedy ?? 'choose other devices, another file system or suite')
      : `${remedyOf(first.error)}add to exclude: ${rule}, or name the wanted cells in include`,
  );
}

function remedyOf({ remedy }: UserError): string {
  return remedy === undefined ? '' : `${remedy}; or `;
}

function userError(matrix: Matrix, code: string, message: string, remedy: string): UserError {
  return new UserError(message, { code, remedy, position: { file: matrix.file ?? matrix.name } });
}
