import { UserError } from '../../../orchestrator/model/errors.ts';
import type { MailHead, PatchSeries, SeriesPatch } from '../../../orchestrator/model/series.ts';
import { hasDiff } from './split-mails.ts';

/** A mail or plain diff of a series, in the order in which it was found. */
export interface FoundPatch {
  /** For messages, and the subject of what has none. */
  readonly file: string;
  /** Absent for a plain diff. */
  readonly head?: MailHead;
  readonly diff: string;
}

/** What a subject's brackets say, `[RFC PATCH v2 1/3]`. */
interface Tag {
  readonly version: number;
  /** Its place in the series, 0 for the cover letter, and how many patches that has. */
  readonly place?: { readonly number: number; readonly of: number };
}

/**
 * Puts the mails of a series into the order in which they apply. A thread as an archive keeps it will do: replies are left out, of several
 * versions the newest is taken, and a mail that came twice counts once. Patches without numbers stay as they were found.
 * @throws UserError if there is no patch, or if one of the series is missing
 */
export function orderSeries(found: readonly FoundPatch[]): PatchSeries {
  const mails = found.flatMap((one) => {
    const subject = one.head?.subject;
    if (subject !== undefined && isReply(subject)) return [];
    return [{ ...one, tag: parseTag(subject ?? '') }];
  });
  const newest = Math.max(1, ...mails.map(({ tag }) => tag.version));
  const ids = new Set<string>();
  const current = mails.filter(({ head, tag }) => {
    if (tag.version !== newest) return false;
    if (head?.messageId === undefined) return true;
    const isFirst = !ids.has(head.messageId);
    ids.add(head.messageId);
    return isFirst;
  });
  const patches = current.filter(({ diff }) => hasDiff(diff));
  if (patches.length === 0) {
    throw new UserError(`${found[0]?.file ?? 'the series'} holds no patch`, { code: 'no-patch', remedy: 'name an mbox of a series, patches that `git format-patch` wrote, a folder of such, or a diff' });
  }
  const cover = current.find(({ diff, tag, head }) => head !== undefined && !hasDiff(diff) && (tag.place === undefined || tag.place.number === 0))?.head;
  const older = new Set(mails.filter(({ diff, tag }) => tag.version !== newest && hasDiff(diff)).map(({ tag }) => tag.version));
  return {
    ...(cover && { cover }),
    patches: sortByPlace(patches).map(({ file, head, diff }): SeriesPatch => ({ subject: head?.subject ?? file, ...(head && { head }), diff, files: changedFiles(diff) })),
    notes: older.size === 0 ? [] : [`the mails hold version ${[...older].toSorted((a, b) => a - b).join(', ')} of the series, too: version ${newest} is tested`],
  };
}

/** What a diff changes; a renamed file has both of its names. */
export function changedFiles(diff: string): readonly string[] {
  const files = Array.from(diff.matchAll(/^(?:---|\+\+\+) (?:[ab]\/)?(?<file>[^\t\n]+)/gm), ({ groups }) => groups?.['file'] ?? '').filter((file) => file !== '/dev/null' && /[^\s-]/.test(file));
  return [...new Set(files)];
}

function isReply(subject: string): boolean {
  return /^\s*(?:re|aw|fwd?)\s*:/i.test(subject);
}

function parseTag(subject: string): Tag {
  const tag = /^(?:\s*\[[^\]]*\])*/.exec(subject)?.[0] ?? '';
  const place = /\b(?<number>\d+)\/(?<of>\d+)\b/.exec(tag)?.groups;
  return {
    version: Number(/\bv(\d+)\b/i.exec(tag)?.[1] ?? 1),
    ...(place && { place: { number: Number(place['number']), of: Number(place['of']) } }),
  };
}

/** By number, where the numbers make one series. */
function sortByPlace<Mail extends { readonly tag: Tag }>(patches: readonly Mail[]): readonly Mail[] {
  const places = patches.flatMap(({ tag }) => tag.place ?? []);
  const of = places[0]?.of;
  const numbers = new Set(places.map(({ number }) => number));
  // Patches of several series, one after the other, or such without numbers.
  if (places.length !== patches.length || numbers.size !== places.length || places.some((place) => place.of !== of)) return patches;
  const missing = Array.from({ length: of ?? 0 }, (_, index) => index + 1).filter((number) => !numbers.has(number));
  // One patch picked out of a series is meant so.
  if (missing.length > 0 && patches.length > 1) {
    throw new UserError(`the series has ${of} patches, and ${missing.map((number) => `${number}/${of}`).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`, {
      code: 'series-incomplete',
      remedy: 'name the whole series, say the mbox that `b4 am` writes, or the patches one by one as plain diffs',
    });
  }
  return patches.toSorted((a, b) => (a.tag.place?.number ?? 0) - (b.tag.place?.number ?? 0));
}
