import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Root of the checkout or of the installed package, from the sources and from `dist/` alike: the build copies no data.
 * What the rig reads below it is listed in package-data.ts.
 */
export const PACKAGE_ROOT = findUp(import.meta.dirname);

function findUp(dir: string): string {
  if (existsSync(join(dir, 'package.json'))) return dir;
  const parent = dirname(dir);
  if (parent === dir) throw new Error('package.json of pmemrig not found');
  return findUp(parent);
}
