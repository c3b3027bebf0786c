import { nearest } from './nearest.ts';

/**
 * Only to guess what was meant: the archive has the last word on what there is, and will have releases that are unknown
 * here.
 */
export const RELEASES = [
  'bullseye',
  'bookworm',
  'trixie',
  'forky',
  'duke',
  'sid',
  'oldstable',
  'stable',
  'testing',
  'unstable',
  'experimental',
];
const POCKETS = ['', '-backports', '-updates', '-security', '-proposed-updates'];
const SUITES = RELEASES.flatMap((release) => POCKETS.map((pocket) => `${release}${pocket}`));

/**
 * The suite of the Debian archive that was most likely meant by an unknown name; `undefined` for a known one, and where
 * no suite is near.
 */
export function nearestSuite(suite: string): string | undefined {
  return SUITES.includes(suite) ? undefined : nearest(suite, SUITES);
}

/** One that is well known. */
export function isDebianSuite(suite: string): boolean {
  return SUITES.includes(suite);
}
