import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import { UserError } from '../../../orchestrator/model/errors.ts';
import { packageData } from '../../../orchestrator/model/package-data.ts';
import { messageOf } from '../../../orchestrator/model/message-of.ts';

const FRAGMENTS_DIR = 'guests/kernels/kconfig/fragments';
const SUFFIX = '.config';

interface FragmentText {
  /** As messages name it. */
  readonly file: string;
  readonly text: string;
}

/**
 * The texts of fragments, in order: the rig's own by name, the user's by absolute path. Rejects with UserError for an
 * unknown name and for a file that cannot be read.
 */
export async function loadFragments(fragments: readonly string[]): Promise<FragmentText[]> {
  return await Promise.all(
    fragments.map((fragment) =>
      isAbsolute(fragment) ? readUserFile(fragment, 'kconfig fragment') : readNamed(fragment),
    ),
  );
}

/** A file that the user named. Rejects with UserError if it cannot be read. */
export async function readUserFile(file: string, what: string): Promise<FragmentText> {
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    throw new UserError(`The ${what} ${file} cannot be read: ${messageOf(error)}.`, {
      code: 'unreadable-kconfig',
      remedy: 'name a file that exists and that you may read.',
      cause: error,
    });
  }
}

async function readNamed(name: string): Promise<FragmentText> {
  const known = await listFragments();
  if (!known.includes(name)) throw unknownFragment(name, known);
  const file = `${FRAGMENTS_DIR}/${name}${SUFFIX}`;
  return { file, text: await readFile(join(packageData(FRAGMENTS_DIR), name + SUFFIX), 'utf8') };
}

async function listFragments(): Promise<string[]> {
  const files = await readdir(packageData(FRAGMENTS_DIR));
  return files.flatMap((file) => (file.endsWith(SUFFIX) ? [file.slice(0, -SUFFIX.length)] : [])).toSorted();
}

function unknownFragment(name: string, known: readonly string[]): UserError {
  const near = closest(name, known);
  const hint = distance(name, near) <= Math.max(2, Math.floor(near.length / 3)) ? `use ${near}; ` : '';
  return new UserError(`There is no kconfig fragment named ${name}.`, {
    code: 'unknown-kconfig-fragment',
    remedy: `${hint}the rig has ${known.join(', ')}; a fragment of your own is named by its path.`,
  });
}
