import type { ValuePath } from '../source/problem.ts';

/** A path of the matrix that must exist, for the check that touches the disk. */
export interface PathUse {
  readonly path: string;
  readonly role:
    | 'qemu'
    | 'kernel'
    | 'deb'
    | 'archive'
    | 'modules'
    | 'source'
    | 'patch'
    | 'config'
    | 'tree'
    | 'tarball'
    | 'disk'
    /** For what has no rules of its own. */
    | 'file'
    | 'file-or-folder';
  readonly at: ValuePath;
}

/** Expands a path and notes what it is used as; an unset variable in it is noted as a problem. */
export type ToPath = (text: string, role: PathUse['role'], at: ValuePath) => string;
