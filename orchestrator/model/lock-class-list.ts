/** Among a cell's files: the lock classes that lockdep had met when a guest of the cell was closed, one name a line. */
export function lockClassList(ordinal: number): string {
  return `lock-classes.${ordinal}.txt`;
}

/** Whether a path is that of such a list. */
export function isLockClassList(path: string): boolean {
  return /(?:^|\/)lock-classes\.\d+\.txt$/.test(path);
}
