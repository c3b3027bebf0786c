/** What the pages are served from. */
export interface ServeOptions {
  /** The folder of runs. */
  readonly runsDir: string;
  /** Whether a controller works on the run in this folder, or may. */
  readonly isClaimed: (runDir: string) => Promise<boolean>;
  /** What the one who started the server should know. */
  readonly log: (line: string) => void;
  /** Ends the live pages, which would hold the server up. */
  readonly signal: AbortSignal;
}
