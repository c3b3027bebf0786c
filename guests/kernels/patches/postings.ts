import { compareVersions, type SeriesMail } from './found-patch.ts';

/** Mails that were sent at once as one version of a series, with one mail at most of each number. */
export interface Posting {
  readonly version: readonly number[];
  readonly target: string;
  /** How many patches its tags say that it has; 1 for a patch without a number. */
  readonly of: number;
  readonly isNumbered: boolean;
  /** A tag says that this is a patch. */
  readonly isTagged: boolean;
  readonly isResend: boolean;
  /** By number, 0 for the cover letter. */
  readonly mails: ReadonlyMap<number, SeriesMail>;
}

interface OpenPosting extends Posting {
  readonly mails: Map<number, SeriesMail>;
}

/**
 * Sorts patches and cover letters into postings, in the order in which each begins. Answers and mails without a diff
 * are none of them.
 */
export function groupPostings(mails: readonly SeriesMail[]): readonly Posting[] {
  const postings: OpenPosting[] = [];
  for (const mail of mails) {
    const { subject, parsed, target } = mail;
    const number = subject.place?.number;
    if (subject.isReply || (number !== 0 && parsed.files.length === 0)) continue;
    const version = inheritVersion(mail, mails);
    const of = subject.place?.of ?? 1;
    const rated = postings
      .filter(
        (one) =>
          compareVersions(one.version, version) === 0 &&
          one.target === target &&
          one.of === of &&
          one.isNumbered &&
          number !== undefined &&
          !one.mails.has(number),
      )
      .map((one) => ({ one, rate: rateFit(one, mail) }))
      .filter(({ rate }) => rate >= 0)
      .toSorted((a, b) => b.rate - a.rate);
    const best = rated[0]?.one ?? findUnnumbered(postings, mail);
    const place = number ?? stemOf(mail)?.number ?? (best?.mails.size ?? 0) + 1;
    if (best) best.mails.set(place, mail);
    else
      postings.push({
        version,
        target,
        of,
        isNumbered: number !== undefined,
        isTagged: subject.isTagged,
        isResend: subject.isResend,
        mails: new Map([[place, mail]]),
      });
  }
  return postings;
}

/** `[PATCH 1/2]` below `[PATCH v2 0/2]` is of version 2. */
function inheritVersion(mail: SeriesMail, mails: readonly SeriesMail[]): readonly number[] {
  const { subject, version, parent, author } = mail;
  if (
    subject.version !== undefined ||
    subject.dotted !== undefined ||
    subject.place === undefined ||
    parent === undefined
  )
    return version;
  const first = mails.find(({ found }) => found.head?.messageId === parent);
  const isHead =
    first !== undefined &&
    !first.subject.isReply &&
    (first.subject.place?.number ?? 2) < Math.min(2, subject.place.number) &&
    first.subject.place?.of === subject.place.of &&
    first.author === author;
  return isHead &&
    !mails.some(
      (other) =>
        other !== mail &&
        other.parent === parent &&
        other.subject.place?.number === subject.place?.number &&
        compareVersions(other.version, first.version) === 0,
    )
    ? first.version
    : version;
}

/** How well a mail fits a posting that lacks its number; below 0 not at all. */
function rateFit({ mails, isResend }: Posting, mail: SeriesMail): number {
  const members = [...mails.values()];
  let rate = members.some(({ subject }) => subject.isResend === mail.subject.isResend) ? 1 : 0;
  if (isResend !== mail.subject.isResend && mail.subject.place?.number !== 0 && !mails.has(0)) rate -= 1;
  const own = idsOf(mail);
  if (members.some((one) => stemOf(one) !== undefined && stemOf(one)?.stem === stemOf(mail)?.stem)) return rate + 8;
  if (own.length === 0 || members.every((one) => idsOf(one).length === 0)) return rate;
  if (
    members.some(
      ({ found, parent }) =>
        (mail.parent !== undefined && (found.head?.messageId === mail.parent || parent === mail.parent)) ||
        (parent !== undefined && parent === mail.found.head?.messageId),
    )
  )
    return rate + 4;
  if (members.some((one) => idsOf(one).some((id) => own.includes(id)))) return rate + 2;
  return members.every(({ author }) => author === mail.author) ? rate : -1;
}

/**
 * Patches without numbers that were sent at once: the message ids of `git send-email` count on, those of `git
 * format-patch --thread` stand in order.
 */
function findUnnumbered(postings: readonly OpenPosting[], mail: SeriesMail): OpenPosting | undefined {
  const own = stemOf(mail);
  if (mail.subject.place !== undefined || own === undefined) return undefined;
  return postings.find(
    ({ isNumbered, mails, version }) =>
      !isNumbered &&
      compareVersions(version, mail.version) === 0 &&
      [...mails].every(([number, one]) => stemOf(one)?.stem === own.stem && number !== own.number),
  );
}

/** All ids of a mail: its own and those that it answers. */
export function idsOf({ found: { head } }: SeriesMail): readonly string[] {
  return [...(head?.references ?? []), ...(head?.messageId === undefined ? [] : [head.messageId])];
}

/**
 * `git send-email` numbers the message ids of what it sends at once (`<20261124184636.1234-2-pat@example.org>`), `git
 * format-patch --thread` dates them.
 */
function stemOf({ found: { head } }: SeriesMail): { readonly stem: string; readonly number?: number } | undefined {
  const { time, number, end } =
    /^<(?<time>\d{14}\.\d+)-(?<number>\d+)-(?<end>[^>]+)>$/.exec(head?.messageId ?? '')?.groups ?? {};
  if (time !== undefined && end !== undefined) return { stem: `${time} ${end}`, number: Number(number) };
  const git = /^<(?:cover|[0-9a-f]{40})(?<stem>\.\d+\.git\.[^>]+)>$/.exec(head?.messageId ?? '')?.groups?.['stem'];
  return git === undefined ? undefined : { stem: git };
}

/** The numbers from 1 on that a posting lacks. */
export function missingOf({ of, mails, isNumbered }: Posting): readonly number[] {
  return isNumbered ? Array.from({ length: of }, (_, index) => index + 1).filter((number) => !mails.has(number)) : [];
}

/** Its patches in the order of their numbers, without the cover letter. */
export function patchesOf({ mails }: Posting): readonly (readonly [number, SeriesMail])[] {
  return [...mails].filter(([number]) => number !== 0).toSorted(([a], [b]) => a - b);
}

/** Its titles, letters and digits alone. */
export function titlesOf({ mails }: Posting): ReadonlySet<string> {
  return new Set(
    [...mails.values()]
      .map(({ subject }) =>
        subject.title
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
          .trim(),
      )
      .filter((title) => title !== ''),
  );
}

export function shares(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  for (const key of one) if (other.has(key)) return true;
  return false;
}

/** The same change, in any mail. */
export function isSameChange(one: SeriesMail, other: SeriesMail): boolean {
  return essence(one.found.diff) === essence(other.found.diff);
}

/** From the first header to the signature, without what git only knows blobs by. */
function essence(diff: string): string {
  const start = /^(?:diff --git |--- \S)/m.exec(diff)?.index ?? 0;
  const end = /\n-- \n(?:(?!@@ ).*\n?){0,4}$/.exec(diff)?.index ?? diff.length;
  return diff
    .slice(start, end)
    .replaceAll(/^index .*\n/gm, '')
    .trimEnd();
}
