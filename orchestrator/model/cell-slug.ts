import { createHash } from 'node:crypto';

/** A file name may have 255 bytes, and so may what a suite derives from the folder's. */
const MAX_SLUG_CHARS = 200;

/**
 * Name of a cell's folder. Cell ids hold slashes; `+` cannot occur in a name, so the slug stays unique and readable.
 */
export function cellSlug(cellId: string): string {
  const slug = cellId.replaceAll('/', '+');
  if (slug.length <= MAX_SLUG_CHARS) return slug;
  const digest = createHash('sha256').update(cellId).digest('hex').slice(0, 12);
  return `${slug.slice(0, MAX_SLUG_CHARS - digest.length - 1)}+${digest}`;
}
