/**
 * Writer for the "newc" cpio format that the kernel unpacks as initramfs, after the kernel's
 * Documentation/driver-api/early-userspace/buffer-format.rst. Pure.
 */

/** File types as in `st_mode`, see inode(7). */
const TYPE_BITS = { file: 0o100000, directory: 0o040000, symlink: 0o120000, char: 0o020000 } as const;

export type CpioEntry =
  | { readonly type: 'file'; readonly path: string; readonly mode: number; readonly content: Uint8Array }
  | { readonly type: 'directory'; readonly path: string; readonly mode: number }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string }
  | {
      readonly type: 'char';
      readonly path: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

/**
 * One archive with its trailer, padded to 512 bytes, so that archives can be concatenated: the kernel unpacks
 * them in order over each other. Folders on the way to an entry are added (mode 0755) unless given before it.
 * Paths are relative to the root, without a leading slash.
 */
export function writeNewc(entries: readonly CpioEntry[]): Buffer {
  const chunks = withParents(entries).flatMap((entry, index) => member(entry, index + 1));
  chunks.push(...header({ name: 'TRAILER!!!', ino: 0, mode: 0, nlink: 1, size: 0 }));
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return Buffer.concat([...chunks, Buffer.alloc(padding(bytes, 512))]);
}

function withParents(entries: readonly CpioEntry[]): CpioEntry[] {
  const known = new Set<string>();
  return entries.flatMap((entry) => {
    const parts = entry.path.split('/');
    const parents = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
    const missing = parents.filter((path) => !known.has(path));
    for (const path of [...missing, entry.path]) known.add(path);
    return [...missing.map((path): CpioEntry => ({ type: 'directory', path, mode: 0o755 })), entry];
  });
}

function member(entry: CpioEntry, ino: number): Buffer[] {
  const content =
    entry.type === 'file' ? Buffer.from(entry.content) : Buffer.from(entry.type === 'symlink' ? entry.target : '');
  const permissions = entry.type === 'symlink' ? 0o777 : entry.mode;
  const head = header({
    name: entry.path,
    ino,
    mode: TYPE_BITS[entry.type] | permissions,
    nlink: entry.type === 'directory' ? 2 : 1,
    size: content.length,
    ...(entry.type === 'char' && { major: entry.major, minor: entry.minor }),
  });
  return [...head, content, Buffer.alloc(padding(content.length, 4))];
}

interface Header {
  readonly name: string;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly size: number;
  readonly major?: number;
  readonly minor?: number;
}

/** Magic and 13 fields of eight hex digits, then the name with its NUL, padded to four bytes. */
function header({ name, ino, mode, nlink, size, major = 0, minor = 0 }: Header): Buffer[] {
  const nameBytes = Buffer.from(`${name}\0`);
  // c_ino c_mode c_uid c_gid c_nlink c_mtime c_filesize c_maj c_min c_rmaj c_rmin c_namesize c_chksum;
  // owner and time are zero: the same input gives the same bytes.
  const fields = [ino, mode, 0, 0, nlink, 0, size, 0, 0, major, minor, nameBytes.length, 0];
  const text = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return [Buffer.from(text), nameBytes, Buffer.alloc(padding(text.length + nameBytes.length, 4))];
}

function padding(length: number, multiple: number): number {
  return (multiple - (length % multiple)) % multiple;
}
