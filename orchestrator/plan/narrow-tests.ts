import { isRigTest, type Plan } from '../model/cell.ts';
import { UserError } from '../model/errors.ts';
import { GLOB_LIMITS, globMatcher, isModestGlob } from '../model/globs.ts';
import { nearest } from '../model/nearest.ts';

/**
 * Narrows a plan by `--test` expressions, each a test's name or a glob over names, with the suite before them
 * (`fio/dax-*`) or without. Cells without any of the tests are left out. The worker's own tests stay, as every guest
 * has them.
 * @throws UserError for an expression that fits no test of any cell, or that is no expression
 */
export function narrowTests(plan: Plan, expressions: readonly string[]): Plan {
  if (expressions.length === 0) return plan;
  const names = [...new Set(plan.cells.flatMap(({ tests }) => tests.map(({ name }) => name)))].filter(
    (name) => !isRigTest(name),
  );
  const chosen = new Set(expressions.flatMap((expression) => selectTests(expression, names)));
  const cells = plan.cells.flatMap((cell) => {
    const tests = cell.tests.filter(({ name }) => isRigTest(name) || chosen.has(name));
    return tests.some(({ name }) => !isRigTest(name)) ? [{ ...cell, tests }] : [];
  });
  return { cells, excluded: [], narrowed: true };
}

function selectTests(expression: string, names: readonly string[]): readonly string[] {
  // A name first: those of a user's own programs may hold what a glob gives a meaning to.
  const same = names.filter((name) => name === expression || withoutSuite(name) === expression);
  if (same.length > 0) return same;
  if (!isModestGlob(expression) || expression === '')
    throw new UserError(`--test ${expression}: neither a test nor a glob`, {
      code: 'bad-test',
      remedy: `write a test's name, or a glob ${GLOB_LIMITS}`,
    });
  const matches = globMatcher([expression]);
  const found = names.filter((name) => matches(name) || matches(withoutSuite(name)));
  if (found.length > 0) return found;
  const near = nearest(expression, names) ?? nearest(expression, names.map(withoutSuite));
  const some = names.slice(0, 8).join(', ');
  throw new UserError(`--test ${expression} fits no test of the cells`, {
    code: 'unknown-test',
    remedy: near === undefined ? `the tests are ${some}${names.length > 8 ? ', …' : ''}` : `did you mean ${near}?`,
  });
}

/** `xfstests/generic/413` → `generic/413`. */
function withoutSuite(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}
