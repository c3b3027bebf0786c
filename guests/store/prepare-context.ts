/** What every preparation of a kernel or image is given. */
export interface PrepareContext {
  /** Root of all content-addressed caches; made if absent. */
  readonly cacheDir: string;
  /** One line of progress for the user: what is being downloaded, built or waited for. */
  readonly log: (line: string) => void;
  /** What the run's record should hold of it: a damaged entry that was made again. */
  readonly note?: (text: string) => void;
  /** How far a step of minutes has come, every few seconds; each call replaces what the last one said. */
  readonly progress?: (text: string) => void;
  /** Aborts downloads, builds and waits. */
  readonly signal?: AbortSignal;
}
