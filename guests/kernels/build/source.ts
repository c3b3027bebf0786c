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
  /** Fills the empty folder `dir` with the source tree, which is then the caller's. Rejects with InfraError. */
  readonly unpack: (dir: string) => Promise<void>;
}
