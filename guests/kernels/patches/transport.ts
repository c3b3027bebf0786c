/**
 * A diff without the CRs of its transport. Where the lines of its own headers end in CRLF, the mail or the editor has
 * put them there. Then one is taken off each line, as `git am --quoted-cr=strip` does. Where only lines of its hunks
 * end so, they are those of the file. `diff` has one character a byte.
 */
export function dropTransportCrs(diff: string): string {
  const headers = diff.match(/^(?:diff --git |--- \S|\+\+\+ \S|@@ -\d)[^\n]*/gm) ?? [];
  return headers.length > 0 && headers.every((line) => line.endsWith('\r')) ? diff.replaceAll('\r\n', '\n') : diff;
}
