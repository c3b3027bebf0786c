import { isUtf8 } from 'node:buffer';
import { extname } from 'node:path';

/** What a browser learns of a file. */
export interface ContentType {
  readonly type: string;
  /** Shown in the browser; the rest is saved to disk. */
  readonly isShown: boolean;
}

const TEXT: ContentType = { type: 'text/plain; charset=utf-8', isShown: true };

/** Types that run nothing, with any content. HTML, SVG and XML, which a guest could have written, are shown as text. */
const BY_EXTENSION: Readonly<Record<string, ContentType>> = {
  '.json': { type: 'application/json; charset=utf-8', isShown: true },
  '.csv': { type: 'text/csv; charset=utf-8', isShown: false },
  '.png': { type: 'image/png', isShown: true },
  '.jpg': { type: 'image/jpeg', isShown: true },
};

/** @param beginning its first bytes, some kilobytes */
export function contentTypeOf(path: string, beginning: Uint8Array): ContentType {
  return (
    BY_EXTENSION[extname(path)] ?? (isText(beginning) ? TEXT : { type: 'application/octet-stream', isShown: false })
  );
}

/** A console log may hold a stray byte or escape; a NUL shows that it is no text. */
function isText(bytes: Uint8Array): boolean {
  if (!bytes.includes(0)) return true;
  // A console that lost power mid-line leaves a run of NULs now and then: text all the same, if the rest of it is.
  const rest = bytes.filter((byte) => byte !== 0);
  return rest.length > bytes.length * 0.9 && isUtf8(rest);
}
