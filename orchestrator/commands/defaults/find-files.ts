import { lstatSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownDefaultsFile } from '../../model/paths.ts';

/** In a folder of the user's work; the nearest one upwards counts. */
export const PROJECT_FILE = '.pmemrig.yaml';

/** Where this process is, and as whom. */
export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly uid: number;
}

export function here(): Place {
  return { cwd: process.cwd(), env: process.env, uid: process.getuid?.() ?? -1 };
}

/** The files whose defaults count here. */
interface DefaultsFiles {
  /** The first one wins. */
  readonly paths: readonly string[];
  /** A sentence on each file that is left alone. */
  readonly warnings: readonly string[];
}

/**
 * The project's file, which is the nearest one from the working folder upwards, and the user's. A project's file counts
 * only if nobody else could have put it there. Whatever lies in `/tmp` or on a shared disk would change runs, else.
 */
export function findDefaultsFiles({ cwd, env, uid }: Place): DefaultsFiles {
  if (env['PMEMRIG_NO_CONFIG']) return { paths: [], warnings: [] };
  const trusted = new Set([uid, 0]);
  // As git does: under sudo the user's own files are still the user's.
  if (uid === 0 && env['SUDO_UID']) trusted.add(Number(env['SUDO_UID']));
  const warnings: string[] = [];
  const project = foldersUp(cwd)
    .map((folder) => join(folder, PROJECT_FILE))
    .find((path) => {
      if (!isThere(path)) return false;
      const stranger = ownersOf(path).find((owner) => !trusted.has(owner));
      if (stranger !== undefined)
        warnings.push(
          `${path} is left alone: it, or its folder, belongs to another user (uid ${stranger}). ` +
            `To use it: chown it, or copy it to ${ownDefaultsFile(env)}`,
        );
      return stranger === undefined;
    });
  const own = ownDefaultsFile(env);
  return { paths: [...(project === undefined ? [] : [project]), ...(isThere(own) ? [own] : [])], warnings };
}

function foldersUp(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUp(parent)];
}

/** Of the file, of the link if it is one, and of the folder. */
function ownersOf(path: string): readonly number[] {
  return [look(lstatSync, path), look(statSync, path), look(statSync, dirname(path))].flatMap(
    (stats) => stats?.uid ?? [],
  );
}

/** A link to nowhere counts as there: the user made it for a reason. */
function isThere(path: string): boolean {
  return look(lstatSync, path) !== undefined;
}

/** Nothing for what may not be looked at: no file of the user's lies behind a closed door. */
function look(how: (path: string) => Stats, path: string): Stats | undefined {
  try {
    return how(path);
  } catch {
    return undefined;
  }
}
