import { UserError } from '../../../orchestrator/model/errors.ts';
import type { MailHead, PatchSeries, SeriesPatch } from '../../../orchestrator/model/series.ts';
import { choosePosting } from './choose-posting.ts';
import { type FoundPatch, readFoundPatches, type SeriesMail, titleOf } from './found-patch.ts';
import { linkSeries } from './link-series.ts';
import { parseDiff } from './parse-diff.ts';
import { groupPostings, patchesOf, type Posting } from './postings.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** A mailing list's archive of months is no series. */
const MAX_POSTINGS = 2000;

/**
 * Puts the mails of a series into the order in which they apply. A thread as an archive keeps it will do: answers are
 * left out, the newest of several versions is taken, and a mail that came twice counts once. Patches without numbers
 * stay as they were found.
 * @throws UserError if there is no patch, if one of the series is missing, or if it is unclear which mails are meant
 */
export function orderSeries(found: readonly FoundPatch[]): PatchSeries {
  const { cover, patches, notes } = orderMails(found);
  return {
    ...present({ cover }),
    patches: patches.map(({ found: one }): SeriesPatch => ({
      subject: one.head?.subject || one.file,
      ...present({ head: one.head }),
      diff: one.diff,
      files: changedFiles(one.diff),
    })),
    notes,
  };
}

/** As {@link orderSeries}, with the patches as they were found. */
export function orderMails(found: readonly FoundPatch[]): {
  readonly cover?: MailHead;
  readonly patches: readonly SeriesMail[];
  readonly notes: readonly string[];
} {
  const mails = readFoundPatches(found);
  const postings = groupPostings(mails);
  if (!mails.some(({ parsed, subject }) => parsed.files.length > 0 && !subject.isReply && subject.place?.number !== 0))
    throw noPatchFound(found, mails);
  if (postings.length > MAX_POSTINGS)
    throw new UserError(`${found[0]?.file ?? 'the mbox'} holds ${postings.length} series`, {
      code: 'series-unclear',
      remedy: 'name the mails of one, say the mbox that `b4 am` writes',
    });
  const all = linkSeries(mails, postings);
  // A cover letter whose patches are not here.
  const lone = all
    .filter((series) => series.every((posting) => patchesOf(posting).length === 0))
    .flatMap((series) => series.flatMap(({ mails: parts }) => [...parts.values()]));
  const tested = all
    .filter((series) => series.some((posting) => patchesOf(posting).length > 0))
    .map((series) => choosePosting(series, mails));
  refuseForeignVersions(tested.map(({ posting }) => posting));
  const cover = tested.map(({ posting }) => findCover(posting, mails)).find((head) => head !== undefined);
  return {
    ...present({ cover }),
    patches: tested.flatMap(({ posting }) => patchesOf(posting).map(([, mail]) => mail)),
    notes: [
      ...lone.map((mail) => `${titleOf(mail)} is the cover letter of patches that are not there: left out`),
      ...withoutDiff(mails, cover),
      ...tested.flatMap(({ notes }) => notes),
    ],
  };
}

/**
 * Patches by their tag, in which no diff is found: it may be damaged, or in an attachment that git does not read. A
 * number that lacks is refused elsewhere.
 */
function withoutDiff(mails: readonly SeriesMail[], cover: MailHead | undefined): readonly string[] {
  const empty = mails.filter(
    ({ subject, parsed, found }) =>
      subject.isTagged &&
      !subject.isReply &&
      subject.place === undefined &&
      parsed.files.length === 0 &&
      found.head !== cover,
  );
  return empty.map((mail) => `${titleOf(mail)} is a patch by its subject, and no diff is found in it: left out`);
}

/** What a diff changes; a renamed file has both of its names. */
export function changedFiles(diff: string): readonly string[] {
  return [
    ...new Set(
      parseDiff(diff).files.flatMap(({ oldName, newName, isCopy }) => [
        ...(oldName === undefined || isCopy ? [] : [oldName]),
        ...(newName === undefined ? [] : [newName]),
      ]),
    ),
  ];
}

/** Number 0 of the series, or what its patches answer without a number, by the same author. */
function findCover(posting: Posting, mails: readonly SeriesMail[]): MailHead | undefined {
  const zero = posting.mails.get(0)?.found.head;
  if (zero) return zero;
  const [first] = patchesOf(posting).map(([, mail]) => mail);
  const parent =
    first?.parent === undefined ? undefined : mails.find(({ found }) => found.head?.messageId === first.parent);
  const isCover =
    parent !== undefined &&
    !parent.subject.isReply &&
    parent.subject.place === undefined &&
    parent.parsed.files.length === 0 &&
    parent.author !== undefined &&
    parent.author === first?.author;
  return isCover ? parent.found.head : undefined;
}

/** In one file two series of different versions, by different people and without a word in common: which is meant? */
function refuseForeignVersions(postings: readonly Posting[]): void {
  for (const one of postings) {
    const [mine] = [...one.mails.values()];
    const other = postings.find(
      ({ mails, version }) =>
        String(version) !== String(one.version) &&
        [...mails.values()].some(({ found }) => found.file === mine?.found.file),
    );
    const [theirs] = other ? [...other.mails.values()] : [];
    if (mine && theirs)
      throw new UserError(`${mine.found.file} holds two series: ${titleOf(mine)} and ${titleOf(theirs)}`, {
        code: 'series-unclear',
        remedy: 'name the mails of one, or each in a file of its own',
      });
  }
}

function noPatchFound(found: readonly FoundPatch[], mails: readonly SeriesMail[]): UserError {
  const file = found[0]?.file ?? 'the series';
  const answers = mails.filter(({ subject }) => subject.isReply);
  const words =
    answers.length > 0 && answers.length === mails.length
      ? `${file} holds no patch: ${answers[0] ? titleOf(answers[0]) : 'it'} is an answer`
      : `${file} holds no patch`;
  return new UserError(words, {
    code: 'no-patch',
    remedy: 'name an mbox of a series, patches that `git format-patch` wrote, a folder of such, or a diff',
  });
}
