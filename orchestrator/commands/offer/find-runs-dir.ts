import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expandPath } from '../../../matrices/values/paths.ts';
import { runsDir } from '../../model/paths.ts';
import { findDefaultsFiles, here } from '../defaults/find-files.ts';

/**
 * The folder of the runs, also where none is typed. Of a file of defaults this key alone is read: to check the others takes
 * longer than a TAB may.
 */
export async function findRunsDir(typed?: string, place = here()): Promise<string> {
  if (typed !== undefined) {
    const expanded = expandPath(typed, place.cwd, place.env);
    return expanded.ok ? expanded.path : typed;
  }
  const paths = place.env['PMEMRIG_RUNS'] ? [] : findDefaultsFiles(place).paths;
  for (const path of paths) {
    const { parse } = await import('yaml');
    const values: unknown = parse(readFileSync(path, 'utf8'));
    if (!(values instanceof Object && 'runs' in values && typeof values.runs === 'string')) continue;
    const expanded = expandPath(values.runs, dirname(path), place.env);
    if (expanded.ok) return expanded.path;
  }
  return runsDir(place.env);
}
