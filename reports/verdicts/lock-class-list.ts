/** The lock classes that lockdep met in the guests of a cell. */
export interface LockClassList {
  readonly names: ReadonlySet<string>;
  /** Each guest came to its end: what is not in the list was not met. */
  readonly whole: boolean;
}
