import type { TreeChange } from './tree-changes.ts';

/** The source of a kernel, found but not yet on disk. */
export interface FoundSource {
  /** The same for the same files. */
  readonly digest: string;
  /** `linux-source-6.1 6.1.170-3`, `1234abcd5678 of /home/me/linux`. */
  readonly description: string;
  /** Full id of the git commit that it is, if it is one without changes. */
  readonly commit?: string;
  /** For the run's record: what the user should know of how it was got. */
  readonly notes: readonly string[];
  /** What its states have in common, so that one can be made of another: a folder, or the version of a package. */
  readonly origin: string;
  /**
   * Fills the empty folder `dir` with the source tree, which is then the caller's. `index` is a file of the source's
   * own, in which it notes what lies there. Rejects with InfraError.
   */
  readonly unpack: (dir: string, index: string) => Promise<void>;
  /**
   * Turns another state of the same origin, that `unpack` or this left in `dir`, into this one. Writes what differs and
   * nothing else, once `beforeWriting` has seen the list and agreed. Rejects with InfraError.
   */
  readonly bringOver: (
    dir: string,
    index: string,
    beforeWriting: (changes: readonly TreeChange[]) => Promise<boolean>,
  ) => Promise<void>;
}
