import { findValues } from '../../../matrices/source/find-position.ts';
import { formatPosition } from '../../model/errors.ts';
import type { Matrix } from '../../model/matrix.ts';
import { suiteFor } from '../../suites/registry.ts';
import type { PlannedMatrix } from './load-plan.ts';
import { logLine } from '../../host/log-line.ts';
import { findMisspeltReleases } from './misspelt-releases.ts';

/**
 * Says on stderr which rules of a matrix, and of its lists, fit nothing. Most likely it is a slip, by which a test runs
 * or fails that was not to. So may be the name of a Debian release.
 * @param path the matrix file as the user named it
 */
export async function warnIdle({ matrix, plan }: PlannedMatrix, path: string): Promise<void> {
  const [image] = matrix.images;
  const slips = matrix.suites.map(async (suite) => (image && (await suiteFor(suite).findSlips?.(suite, image))) ?? []);
  for (const warning of [
    ...(await placeMisspelt(matrix, path)),
    ...(plan.warnings ?? []),
    ...(await Promise.all(slips)).flat(),
  ])
    logLine(`warning: ${warning}`);
}

async function placeMisspelt(matrix: Matrix, path: string): Promise<readonly string[]> {
  const misspelt = findMisspeltReleases(matrix);
  if (misspelt.length === 0) return [];
  const places = await findValues(
    path,
    misspelt.map(({ at }) => at),
  );
  return misspelt.map(({ message }, index) => `${formatPosition(places[index] ?? { file: path })}: ${message}`);
}
