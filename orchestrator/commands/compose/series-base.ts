import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../../model/errors.ts';
import { isDebianSuite } from '../../model/debian-suites.ts';
import { isSource } from './compose-kernel.ts';

/** The source that a series goes on. */
export interface SeriesBase {
  /** As `once --kernel` takes it. */
  readonly kernel: string;
  readonly ref?: string;
}

/**
 * Reads `--base`: a source as `once --kernel` takes it, with `@REV` behind a git tree. A folder that has an `@` in its
 * own name is that folder.
 * @throws UserError for a kernel that is built already
 */
export function parseSeriesBase(spec: string, cwd = process.cwd()): SeriesBase {
  // A shell expands `~` at the beginning of a word, but not in --base=~/linux.
  const path = spec.startsWith('~/') ? join(homedir(), spec.slice(2)) : spec;
  const at = path.lastIndexOf('@');
  const base: SeriesBase =
    at > 0 && !isThere(resolve(cwd, path)) && isThere(resolve(cwd, path.slice(0, at)))
      ? { kernel: path.slice(0, at), ref: path.slice(at + 1) }
      : { kernel: path };
  if (base.ref === '')
    throw new UserError(`--base ${spec}: no revision stands behind the @`, {
      code: 'no-such-ref',
      remedy: `write --base ${spec}v6.12, or leave the @ out to take the tree as it lies there`,
    });
  refuseBuilt(spec, base, cwd);
  return base;
}

/** A series goes on a source, and its flags are not those of `once`. */
function refuseBuilt(spec: string, { kernel }: SeriesBase, cwd: string): void {
  const remedy = "name a kernel source, TREE@REVISION, or Debian's, such as linux-source-6.1";
  const isFound = isThere(resolve(cwd, kernel));
  if (!isFound && !kernel.startsWith('linux-source-') && !isDebianSuite(kernel.split('/')[0] ?? ''))
    throw new UserError(`--base ${spec}: no such file or folder`, { code: 'no-kernel', remedy });
  if (isFound ? !isSource(resolve(cwd, kernel)) : !kernel.startsWith('linux-source-'))
    throw new UserError(`--base ${spec} is no kernel source, and patches go on one`, {
      code: 'kernel-built-already',
      remedy,
    });
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
