import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout's root, from the sources and from `dist/` alike: data files are not copied by the build. */
export const PACKAGE_ROOT = findUp(import.meta.dirname);

function findUp(dir: string): string {
  if (existsSync(join(dir, 'package.json'))) return dir;
  const parent = dirname(dir);
  if (parent === dir) throw new Error('package.json of pmemrig not found');
  return findUp(parent);
}
