/** What an address names is not there; the message is a sentence for the reader of the page. */
export class NotFound extends Error {}

/** The file system's word for it: removed while it was read, or never there. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'no-journal')
  );
}
