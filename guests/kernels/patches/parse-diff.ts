/** What a diff does to one file. Names are as the tree has them, without `a/`, `i/` and the like. */
export interface FileDiff {
  /** Absent for a new file. */
  readonly oldName?: string;
  /** Absent for a deleted one. */
  readonly newName?: string;
  /** The old one stays. */
  readonly isCopy: boolean;
  readonly hunks: readonly Hunk[];
}

export interface Hunk {
  /** The old file's line that it begins at. */
  readonly line: number;
  /** With its `@@` line. */
  readonly lines: readonly string[];
}

export interface ParsedDiff {
  readonly files: readonly FileDiff[];
  /** How many leading parts of a name are no part of the tree: `-p1`, or `-p0` of `diff.noprefix`. */
  readonly strip: 0 | 1;
}

/** A file's part while it is read. */
interface Draft {
  /** The names of `diff --git`, both with their prefix. */
  readonly git?: { readonly old: string; readonly new: string };
  from?: string;
  to?: string;
  isCopy: boolean;
  isNew: boolean;
  isDeleted: boolean;
  minus?: string;
  plus?: string;
  readonly hunks: { readonly line: number; readonly lines: string[] }[];
}

const HUNK = /^@@ -(?<line>\d+)(?:,(?<old>\d+))? \+\d+(?:,(?<now>\d+))? @@/;
/** A line that may stand behind `diff --git`; without one it is prose. */
const GIT_HEADER =
  /^(?:(?:old mode|new mode|deleted file mode|new file mode|copy (?:from|to)|rename (?:from|to|old|new)|similarity index|dissimilarity index|index|GIT binary patch|Binary files)\b|--- |\+\+\+ )/;

/**
 * Reads the patch in a text as `git apply` does: `diff --git`, or `--- x` with `+++ y` and a hunk behind it. The lines
 * of a hunk are counted, so that a removed `-- x` is no header. `diff` has one character a byte, and names come out as
 * UTF-8.
 */
export function parseDiff(diff: string): ParsedDiff {
  const lines = diff.split('\n');
  const drafts: Draft[] = [];
  for (let index = 0; index < lines.length;) {
    const line = lines[index] ?? '';
    const current = drafts.at(-1);
    const git =
      line.startsWith('diff --git ') && GIT_HEADER.test(lines[index + 1] ?? '')
        ? readGitNames(line.slice('diff --git '.length))
        : undefined;
    const hunk = HUNK.exec(line)?.groups;
    if (git) drafts.push({ git, isCopy: false, isNew: false, isDeleted: false, hunks: [] });
    else if (
      line.startsWith('--- ') &&
      lines[index + 1]?.startsWith('+++ ') === true &&
      HUNK.test(lines[index + 2] ?? '')
    ) {
      const names = { minus: readName(line.slice(4)), plus: readName((lines[index + 1] ?? '').slice(4)) };
      if (current?.git && current.hunks.length === 0 && current.minus === undefined) Object.assign(current, names);
      else drafts.push({ ...names, isCopy: false, isNew: false, isDeleted: false, hunks: [] });
      index += 1;
    } else if (hunk && current) {
      const end = endOfHunk(lines, index + 1, Number(hunk['old'] ?? 1) + Number(hunk['now'] ?? 1));
      current.hunks.push({ line: Number(hunk['line']), lines: lines.slice(index, end) });
      index = end - 1;
    } else if (current?.git && current.hunks.length === 0) readGitHeader(current, line);
    index += 1;
  }
  const strip = drafts.length > 0 && drafts.every(hasNoPrefix) ? 0 : 1;
  return { files: drafts.map((draft) => finish(draft, strip)), strip };
}

/** Behind the last line of a hunk: a line of context counts on both sides. */
function endOfHunk(lines: readonly string[], start: number, count: number): number {
  let index = start;
  for (let left = count; left > 0 && index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    left -= /^[-+]/.test(line) ? 1 : line.startsWith('\\') ? 0 : 2;
  }
  return lines[index]?.startsWith('\\') === true ? index + 1 : index;
}

function readGitHeader(draft: Draft, line: string): void {
  const { key, name = '' } =
    /^(?<key>rename from|rename old|rename to|rename new|copy from|copy to) (?<name>.*)$/.exec(line)?.groups ?? {};
  if (line.startsWith('new file mode ')) draft.isNew = true;
  if (line.startsWith('deleted file mode ')) draft.isDeleted = true;
  if (key === undefined) return;
  if (key.startsWith('copy')) draft.isCopy = true;
  if (/from|old/.test(key)) draft.from = unquoteName(name);
  else draft.to = unquoteName(name);
}

/**
 * `a/x b/x`, where either may be quoted. An unquoted name may hold a blank; both are then the same behind their prefix.
 */
function readGitNames(text: string): Draft['git'] {
  const quoted = /^(?<old>"(?:[^"\\]|\\.)*"|\S+) (?<now>"(?:[^"\\]|\\.)*"|\S+)\s*$/.exec(text)?.groups;
  if (quoted) return { old: unquoteName(quoted['old'] ?? ''), new: unquoteName(quoted['now'] ?? '') };
  for (let blank = text.indexOf(' '); blank > 0; blank = text.indexOf(' ', blank + 1)) {
    const [old, now] = [text.slice(0, blank), text.slice(blank + 1)];
    if (old === now || stripped(old, 1) === stripped(now, 1)) return { old, new: now };
  }
  // A rename, whose names stand below.
  return { old: text, new: '' };
}

/** A name of `---` or `+++`, whose time stands behind a tab. */
function readName(text: string): string {
  return text.startsWith('"') ? unquoteName(text.replace(/"[^"]*$/, '"')) : (text.split('\t')[0] ?? '').trimEnd();
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' };

/** As git quotes a name: C's escapes, and bytes in octal. */
export function unquoteName(text: string): string {
  const inner = /^"(?<inner>.*)"$/s.exec(text)?.groups?.['inner'];
  return inner === undefined
    ? text
    : inner.replaceAll(/\\(?:(?<octal>[0-7]{3})|(?<char>.))/g, (_, octal: string | undefined, char: string) =>
        octal === undefined ? (ESCAPES[char] ?? char) : String.fromCodePoint(Number.parseInt(octal, 8)),
      );
}

/** git's two names always differ in their prefix; without one they are the same, or those of the rename. */
function hasNoPrefix({ git, from, minus, plus }: Draft): boolean {
  if (git) return from === undefined ? git.old === git.new : git.old === from || git.old.startsWith(`${from} `);
  return minus === plus;
}

function finish({ git, from, to, isCopy, isNew, isDeleted, minus, plus, hunks }: Draft, strip: 0 | 1): FileDiff {
  const named = (name: string | undefined): string | undefined =>
    name === undefined || name === '/dev/null' || name === '' ? undefined : stripped(name, strip);
  const isPair = minus !== undefined && plus !== undefined;
  const oldName = from ?? (isPair ? named(minus) : isNew ? undefined : named(git?.old));
  const newName = to ?? (isPair ? named(plus) : isDeleted ? undefined : named(git?.new));
  return {
    ...(oldName !== undefined && { oldName: decode(oldName) }),
    ...(newName !== undefined && { newName: decode(newName) }),
    isCopy,
    hunks,
  };
}

function stripped(name: string, strip: 0 | 1): string {
  return strip === 0 ? name : name.replace(/^[^/]*\/+/, '');
}

function decode(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
