import { GLOB_LIMITS, globMatcher, isModestGlob } from '../model/globs.ts';
import { nearest } from '../model/nearest.ts';
import { AXES } from '../../matrices/schema/schema-rules.ts';
import type { Axis } from '../../matrices/schema/schema-rules.ts';
import type { Cell, ExcludedCell, Plan } from '../model/cell.ts';
import { UserError } from '../model/errors.ts';

/** The names of one cell on each axis, and its id. */
type Coordinates = Readonly<Record<Axis | 'cell', string>>;

interface Filter {
  readonly expression: string;
  readonly negated: boolean;
  readonly axis: Axis | 'cell';
  matches(coordinates: Coordinates): boolean;
}

/**
 * Narrows a plan by `--filter` expressions, each `GLOB` over cell ids or `AXIS=GLOB` over an axis's names. A glob
 * without a slash matches any one part of an id, one with a slash the whole. Several expressions about one axis widen
 * each other, those about different axes narrow; `!` before an expression takes cells away, in spite of the others.
 * @throws UserError for an unknown axis, an expression that matches nothing, or when no cell is left
 */
export function filterPlan(plan: Plan, expressions: readonly string[]): Plan {
  if (expressions.length === 0) return plan;
  const filters = expressions.map(parseFilter);
  const all = plan.cells.map(coordinatesOf);
  for (const filter of filters) {
    if (!all.some((coordinates) => filter.matches(coordinates))) throw danglingFilter(filter, all);
  }
  const cells = plan.cells.filter((_cell, index) => all[index] && selects(filters, all[index]));
  if (cells.length === 0) {
    throw new UserError(
      `no cell is left: together the filters ${expressions.join(' ')} ` +
        (plan.cells.length === 1 ? 'do not match the only cell' : `match none of ${plan.cells.length} cells`),
      {
        code: 'empty-matrix',
        remedy: 'filters on different axes must all match; `pmemrig list MATRIX` prints the cells',
      },
    );
  }
  const image = plan.cells.find(({ id }) => !id.includes('@'))?.image.name ?? '';
  return { ...plan, cells, excluded: plan.excluded.filter((cell) => selects(filters, readId(cell, image))) };
}

/** What of a plan is about some kernels alone, with what rules leave out of them. */
export function keepKernels({ cells, excluded }: Plan, kernels: readonly string[]): Plan {
  // An excluded cell is known by its id alone, which begins with the kernel and, but for the first image, its image.
  return {
    cells: cells.filter(({ kernel }) => kernels.includes(kernel.name)),
    excluded: excluded.filter(({ id }) => kernels.includes(id.split(/[/@]/, 1)[0] ?? '')),
  };
}

function parseFilter(expression: string): Filter {
  const negated = expression.startsWith('!');
  const [, axis = 'cell', glob = ''] = /^(?:([^=/]*)=)?(.*)$/s.exec(negated ? expression.slice(1) : expression) ?? [];
  const axes = Object.keys(AXES);
  if (glob === '')
    throw new UserError(`the filter "${expression}" holds no glob`, {
      code: 'bad-filter',
      remedy: "write a glob over cell ids, or AXIS=GLOB: --filter 'kernel=debian-6.*'",
    });
  const isName = /^[\w@./+-]+$/.test(glob);
  // An id of the longest names is beyond a glob's limits, but it is no glob.
  if (!isName && !isModestGlob(glob)) {
    throw new UserError(`the filter "${expression}" is too long or too complicated`, {
      code: 'bad-filter',
      remedy: `write a glob ${GLOB_LIMITS}`,
    });
  }
  if (axis !== 'cell' && !isAxis(axis)) {
    const near = nearest(axis, axes);
    throw new UserError(`the filter "${expression}" names no axis`, {
      code: 'bad-filter',
      remedy: near === undefined ? `known axes: ${axes.join(', ')}` : `write ${near}=${glob}`,
    });
  }
  const matches = isName ? (name: string): boolean => name === glob : globMatcher([glob]);
  const byPart = axis === 'cell' && !glob.includes('/');
  return {
    expression,
    negated,
    axis,
    matches: (coordinates) =>
      byPart ? coordinates.cell.split('/').some((part) => matches(part)) : matches(coordinates[axis]),
  };
}

function isAxis(text: string): text is Axis {
  return Object.hasOwn(AXES, text);
}

function selects(filters: readonly Filter[], coordinates: Coordinates): boolean {
  if (filters.some((filter) => filter.negated && filter.matches(coordinates))) return false;
  const wanted = filters.filter(({ negated }) => !negated);
  return wanted.every(({ axis }) => wanted.some((filter) => filter.axis === axis && filter.matches(coordinates)));
}

function coordinatesOf({ id, kernel, image, pmem, filesystem, suite }: Cell): Coordinates {
  return {
    cell: id,
    kernel: kernel.name,
    image: image.name,
    pmem: pmem.name,
    filesystem: filesystem.name,
    suite: suite.name,
  };
}

/**
 * An excluded cell is known by its id alone. The id does not name the image if it is the first, nor the filesystem
 * `none`.
 */
function readId({ id }: ExcludedCell, firstImage: string): Coordinates {
  const [platform = '', pmem = '', ...rest] = id.split('/');
  const [kernel = '', image = firstImage] = platform.split('@');
  return {
    cell: id,
    kernel,
    image,
    pmem,
    filesystem: rest.length > 1 ? (rest[0] ?? '') : 'none',
    suite: rest.at(-1) ?? '',
  };
}

function danglingFilter({ expression, axis }: Filter, all: readonly Coordinates[]): UserError {
  const glob = expression.replace(/^!/, '').replace(/^[^=/]*=/, '');
  const parts = all.flatMap((coordinates) =>
    axis === 'cell' ? [coordinates.cell, ...coordinates.cell.split('/')] : [coordinates[axis]],
  );
  const names = [...new Set(parts)];
  const near = nearest(glob, names);
  const known = axis === 'cell' ? '`pmemrig list MATRIX` prints the cells' : `known names: ${names.join(', ')}`;
  return new UserError(`the filter "${expression}" matches no cell`, {
    code: 'dangling-filter',
    remedy: near === undefined ? known : `did you mean ${near}?`,
  });
}
