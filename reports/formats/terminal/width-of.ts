/** Below it nothing of a test's name would be left. A pty without a size has 0. */
const LEAST_COLUMNS = 20;

/** How many columns a line may have; what is no terminal, or one without a usable size, takes lines of any length. */
export function widthOf({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number {
  return isTTY && columns >= LEAST_COLUMNS ? columns : Infinity;
}
