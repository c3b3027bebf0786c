/** Where the bytes of a block device lie on the device below it. All in bytes. */
export type Layout =
  | { readonly kind: 'linear'; readonly start: number }
  /** dm-stripe: chunks go to the legs in turn; each begins at one of `starts`. */
  | { readonly kind: 'stripe'; readonly chunk: number; readonly starts: readonly number[] };

/** A piece of a file: `length` bytes from `file` lie at `physical` of its block device. */
export interface Extent {
  readonly file: number;
  readonly physical: number;
  readonly length: number;
}

const SECTOR = 512;

/** The place below of a byte of the block device. */
export function locate(layout: Layout, offset: number): number {
  if (layout.kind === 'linear') return layout.start + offset;
  const chunk = Math.floor(offset / layout.chunk);
  const start = layout.starts[chunk % layout.starts.length] ?? 0;
  return start + Math.floor(chunk / layout.starts.length) * layout.chunk + (offset % layout.chunk);
}

/** The extents that `xfs_io -c fiemap` prints in sectors: `0: [0..127]: 16520..16647`. Holes are left out. */
export function readExtents(output: string): readonly Extent[] {
  return Array.from(
    output.matchAll(/^\s*\d+: \[(\d+)\.\.(\d+)\]: (\d+)\.\.\d+/gm),
    ([, from = '', to = '', physical = '']) => ({
      file: Number(from) * SECTOR,
      physical: Number(physical) * SECTOR,
      length: (Number(to) + 1 - Number(from)) * SECTOR,
    }),
  );
}

/** Where a byte of a file must lie on the device below; `undefined` in a hole. */
export function locateInFile(extents: readonly Extent[], layout: Layout, offset: number): number | undefined {
  const extent = extents.find(({ file, length }) => offset >= file && offset < file + length);
  return extent === undefined ? undefined : locate(layout, extent.physical + offset - extent.file);
}
