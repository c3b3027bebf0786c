import type { MailHead } from '../../../orchestrator/model/series.ts';
import { type ParsedDiff, parseDiff } from './parse-diff.ts';
import { parseSubject, type PatchSubject } from './parse-subject.ts';

/** A mail or plain diff of a series, in the order in which it was found. */
export interface FoundPatch {
  /** For messages, and as the subject of a patch without one. */
  readonly file: string;
  /** What the user named: this file, or a folder that it lies in. Absent for the file itself. */
  readonly named?: string;
  /** Absent for a plain diff. */
  readonly head?: MailHead;
  /** One character a byte. */
  readonly diff: string;
}

/** One of them, read. */
export interface SeriesMail {
  readonly index: number;
  readonly found: FoundPatch;
  readonly subject: PatchSubject;
  readonly parsed: ParsedDiff;
  /** `[2]`, `[3, 1]`; `[1]` where the tag names no version. */
  readonly version: readonly number[];
  /** The kernels that it is for, as the tag names them. */
  readonly target: string;
  /** What it answers. */
  readonly parent: string | undefined;
  readonly author: string | undefined;
  /** The user named a file that holds nothing else. */
  readonly isAlone: boolean;
}

/** Reads tags and diffs; a mail that came twice counts once, also one that was not sent yet. */
export function readFoundPatches(found: readonly FoundPatch[]): readonly SeriesMail[] {
  const ids = new Set<string>();
  const once = found.filter(({ head, diff }) => {
    if (head === undefined) return true;
    const id = head.messageId ?? `${head.subject}\0${diff}`;
    const isFirst = !ids.has(id);
    ids.add(id);
    return isFirst;
  });
  const perName = new Map<string, number>();
  for (const one of once) perName.set(nameOf(one), (perName.get(nameOf(one)) ?? 0) + 1);
  const read = once.map((one) => ({ one, subject: parseSubject(one.head?.subject ?? '') }));
  const subjects = read.map(({ subject }) => subject);
  return read.map(({ one, subject }, index) => ({
    index,
    found: one,
    subject,
    parsed: subject.isReply && once.length > 1 ? NO_DIFF : parseDiff(one.diff),
    version: versionOf(subject, subjects),
    target: [
      ...new Set(
        [...subject.targets, ...(isKernel(subject, subjects) ? [subject.dotted] : [])].map((kernel) =>
          kernel?.replace(/\.y$/, ''),
        ),
      ),
    ].join(' '),
    parent: one.head?.references.at(-1),
    author: one.head?.from?.address.toLowerCase(),
    isAlone: perName.get(nameOf(one)) === 1,
  }));
}

const NO_DIFF: ParsedDiff = { files: [], strip: 1 };

function nameOf({ named, file }: FoundPatch): string {
  return named ?? file;
}

function versionOf(subject: PatchSubject, all: readonly PatchSubject[]): readonly number[] {
  if (subject.dotted !== undefined && !isKernel(subject, all)) return subject.dotted.split('.').map(Number);
  return subject.version ?? [1];
}

/**
 * `v3.1` alone is a version of the patch where there is a v3 that it mends (`git format-patch -v 3.1`). Else it names a
 * kernel, as stable's patches do.
 */
function isKernel({ dotted }: PatchSubject, all: readonly PatchSubject[]): boolean {
  if (dotted === undefined) return false;
  const major = Number(dotted.split('.')[0]);
  return (
    all.some(({ targets }) => targets.includes(dotted)) ||
    !all.some(
      ({ version, isTagged, place, dotted: other }) =>
        isTagged && other === undefined && (version?.[0] ?? (place ? 1 : undefined)) === major,
    )
  );
}

/** By number: v9 before v10, v3 before v3.1. */
export function compareVersions(one: readonly number[], other: readonly number[]): number {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Subjects and file names, for messages. */
export function titleOf({ found }: SeriesMail): string {
  return found.head === undefined || found.head.subject === '' ? found.file : `"${found.head.subject}"`;
}
