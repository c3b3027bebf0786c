import { selectNames } from '../../orchestrator/model/globs.ts';
import { suggest } from '../source/problem.ts';
import type { Problem } from '../source/problem.ts';
import { AXES } from '../schema/schema-rules.ts';
import type { Axis } from '../schema/schema-rules.ts';
import type { MatrixInput } from '../schema/schema.ts';
import type { OfferedNames } from '../suites/suite-format.ts';
import { formatOf } from '../suites/suite-formats.ts';

const NOUNS: Record<Axis, string> = {
  kernel: 'kernel',
  image: 'image',
  pmem: 'pmem topology',
  filesystem: 'filesystem',
  suite: 'suite',
};

/** What only the whole matrix shows: names used twice, and names that nothing bears. */
export function findNameProblems(matrix: MatrixInput, offered: OfferedNames): Problem[] {
  // The keys of AXES are the axes.
  const axes = Object.keys(AXES) as Axis[];
  return [
    ...axes.flatMap((axis) => findDuplicates(matrix, axis)),
    ...findSecondNone(matrix),
    ...matrix.suites.flatMap(
      (suite, index) =>
        formatOf(suite.kind).check?.(suite, { at: ['suites', index], offered: offered[suite.kind] ?? [] }) ?? [],
    ),
    ...findDanglingGlobs(matrix, axes),
  ];
}

function findDuplicates(matrix: MatrixInput, axis: Axis): Problem[] {
  const names = matrix[AXES[axis]].map((item) => item.name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            code: 'duplicate-name',
            message: `the ${NOUNS[axis]} name "${name}" is used twice`,
            remedy: 'rename one of the two',
            path: [AXES[axis], index, 'name'],
          },
        ],
  );
}

/** A filesystem of type none goes unnamed in cell ids, so two of them would be one cell. */
function findSecondNone({ filesystems }: MatrixInput): Problem[] {
  const nones = filesystems.flatMap(({ type }, index) => (type === 'none' ? [index] : []));
  return nones.slice(1).map((index) => ({
    code: 'duplicate-none',
    message: 'a second filesystem of type none says nothing new',
    remedy: 'remove it',
    path: ['filesystems', index],
  }));
}

function findDanglingGlobs(matrix: MatrixInput, axes: readonly Axis[]): Problem[] {
  return (['include', 'exclude'] as const).flatMap((list) =>
    matrix[list].flatMap((rule, ruleIndex) =>
      axes.flatMap((axis) => {
        const names = matrix[AXES[axis]].map((item) => item.name);
        return (rule[axis] ?? []).flatMap((glob, index, globs) =>
          selectNames([glob], names).size > 0
            ? []
            : [
                {
                  code: 'unknown-name',
                  message: `no ${NOUNS[axis]} is named "${glob}"`,
                  remedy: suggest(glob, names, 'names'),
                  path: [list, ruleIndex, axis, ...(globs.length > 1 ? [index] : [])],
                },
              ],
        );
      }),
    ),
  );
}
