import { UserError } from '../../../orchestrator/model/errors.ts';
import { compareVersions, type SeriesMail, titleOf } from './found-patch.ts';
import { isSameChange, missingOf, patchesOf, type Posting, shares, titlesOf } from './postings.ts';

/** The mails that stand for a series, and what the user should know of how they were chosen. */
export interface ChosenPosting {
  readonly posting: Posting;
  readonly notes: readonly string[];
}

/**
 * Chooses the newest version of a series, whole. Patches that were sent again in reply to their former version replace
 * those, as with b4.
 * @throws UserError for what is unclear: a missing patch, one number with two changes, rivals in one thread
 */
export function choosePosting(all: readonly Posting[], mails: readonly SeriesMail[]): ChosenPosting {
  const { tagged, notes } = leaveOutUntagged(all);
  refuseTargets(tagged.filter(({ target }) => target !== ''));
  const newest = tagged
    .map(({ version }) => version)
    .toSorted(compareVersions)
    .at(-1) ?? [1];
  const current = tagged.filter(({ version }) => compareVersions(version, newest) === 0);
  const older = tagged.filter(({ version }) => compareVersions(version, newest) !== 0);
  const one = settle(current, mails);
  const filled = fill(one.posting, older, mails);
  const whole = [
    ...new Set(
      older
        .filter(({ mails: parts }) => [...parts.keys()].some((number) => number !== 0))
        .map(({ version }) => version.join('.')),
    ),
  ];
  return {
    posting: filled.posting,
    notes: [
      ...notes,
      ...(whole.length === 0
        ? []
        : [`the mails hold version ${whole.join(', ')} of the series, too: version ${newest.join('.')} is tested`]),
      ...one.notes,
      ...filled.notes,
    ],
  };
}

/**
 * A diff that no tag calls a patch does not count beside one that is called so. It may be that of a bug report, or of a
 * maintainer's tool.
 */
function leaveOutUntagged(all: readonly Posting[]): {
  readonly tagged: readonly Posting[];
  readonly notes: readonly string[];
} {
  const tagged = all.filter(({ isTagged }) => isTagged);
  if (tagged.length === 0) return { tagged: all, notes: [] };
  return {
    tagged,
    notes: all
      .filter((one) => !one.isTagged)
      .flatMap(({ mails }) => [...mails.values()])
      .map((mail) => `${titleOf(mail)} holds a diff, and its subject does not say that it is a patch: left out`),
  };
}

/** One posting out of those of the same version. */
function settle(postings: readonly Posting[], mails: readonly SeriesMail[]): ChosenPosting {
  refuseTargets(postings);
  const notes: string[] = [];
  const [numbered, single] = [
    postings.filter(({ isNumbered }) => isNumbered),
    postings.filter(({ isNumbered }) => !isNumbered),
  ];
  // A patch of somebody else's below the series is an answer.
  const rest = (numbered.length > 0 ? single : []).filter((one) => !isAnswer(one, numbered, mails, notes));
  const rivals = [
    ...(numbered.length > 0
      ? numbered
      : single.filter(
          (one) =>
            !isAnswer(
              one,
              single.filter((other) => other !== one),
              mails,
              notes,
            ),
        )),
    ...rest,
  ];
  const [first, ...others] = rivals.toSorted(
    (a, b) => Number(missingOf(a).length > 0) - Number(missingOf(b).length > 0),
  );
  if (!first) throw new Error('a series without a posting');
  let chosen = first;
  for (const other of others) {
    const both = merge(chosen, other);
    chosen = both.posting;
    notes.push(...both.notes);
  }
  return { posting: chosen, notes };
}

/** A fix that was sent for two stable kernels: only one of them can be tested. */
function refuseTargets(postings: readonly Posting[]): void {
  const targets = [...new Set(postings.map(({ target }) => target))];
  if (targets.length > 1)
    throw refusal(
      `the mails hold patches for ${targets.map((target) => (target === '' ? 'no kernel that they name' : target)).join(' and for ')}`,
      'name the mails of one of them',
    );
}

/** Whether a posting without number answers a mail of the series, by another author; says so. */
function isAnswer(one: Posting, series: readonly Posting[], mails: readonly SeriesMail[], notes: string[]): boolean {
  const [mail] = [...one.mails.values()];
  const authors = new Set(series.flatMap(({ mails: parts }) => [...parts.values()].map(({ author }) => author)));
  const ids = new Set(
    series.flatMap(({ mails: parts }) => [...parts.values()].flatMap(({ found }) => found.head?.messageId ?? [])),
  );
  if (!mail || authors.has(mail.author) || !ancestorsOf(mail, mails).some((id) => ids.has(id))) return false;
  notes.push(`${titleOf(mail)} by ${mail.author ?? 'somebody'} answers the series: left out`);
  return true;
}

/** Two postings of one version. */
function merge(one: Posting, other: Posting): ChosenPosting {
  const shared = patchesOf(other).filter(([number]) => one.mails.has(number));
  const [number, again] = shared.find(([place, mail]) => !isSameChange(mail, one.mails.get(place) ?? mail)) ?? [];
  const isSameShape = one.of === other.of && one.isNumbered === other.isNumbered;
  if (!isSameShape)
    throw refusal(
      `it is unclear which is meant: ${describe(one)} and ${describe(other)} are of one version, ` +
        'and in one thread or of one title',
      'name the mails of one of them',
    );
  // Sent twice: the later mails are those that people answer.
  const [early, late] = isLater(one, other) ? [other, one] : [one, other];
  if (again === undefined) return { posting: { ...late, mails: new Map([...early.mails, ...late.mails]) }, notes: [] };
  const former = one.mails.get(number ?? 0);
  // Without a title in common they are two series, which may have the same numbers in one thread.
  const isSameSeries = shares(titlesOf(one), titlesOf(other));
  const isOrdered =
    isSameSeries &&
    (one.isResend !== other.isResend ||
      (dateOf(early) !== dateOf(late) && authorOf(one) === authorOf(other) && authorOf(one) !== undefined));
  const isWhole = missingOf(late).length === 0 && late.mails.size >= early.mails.size - (early.mails.has(0) ? 1 : 0);
  if (isOrdered && isWhole)
    return {
      posting: late,
      notes: [
        `the series was sent twice as version ${late.version.join('.')}, with other changes: the later one is tested`,
      ],
    };
  if (isSameSeries && late.isResend && !early.isResend) {
    return {
      posting: { ...early, mails: new Map([...early.mails, ...late.mails]) },
      notes: [
        `${patchesOf(late)
          .map(([, mail]) => titleOf(mail))
          .join(', ')} ${late.mails.size === 1 ? 'stands' : 'stand'} for what was sent before`,
      ],
    };
  }
  const what = one.isNumbered
    ? `${number}/${one.of} of version ${one.version.join('.')} is there twice, with different changes`
    : `${former ? titleOf(former) : 'a patch'} and ${titleOf(again)} are two patches without a number or version ` +
      'in one thread: it is unclear whether one replaces the other';
  throw refusal(
    `${what}${former && one.isNumbered ? `: ${titleOf(former)}${on(former)} and ${titleOf(again)}${on(again)}` : ''}`,
    'name the mails that you mean, each in a file of its own',
  );
}

/** Fills the holes of a version by those before it, where its mails say that they stand for theirs. */
function fill(posting: Posting, older: readonly Posting[], mails: readonly SeriesMail[]): ChosenPosting {
  refuseGap(posting);
  const missing = missingOf(posting);
  if (missing.length === 0) return { posting, notes: [] };
  const { version } = posting;
  const former =
    version.length > 1
      ? older.filter((one) => one.version[0] === version[0])
      : older.filter((one) => one.version[0] === (version[0] ?? 1) - 1);
  const candidates = former.filter((one) => one.of === posting.of && one.target === posting.target && one.isNumbered);
  if (candidates.length > 0) {
    const latest =
      candidates
        .map((one) => one.version)
        .toSorted(compareVersions)
        .at(-1) ?? [];
    const base = settle(
      candidates.filter((one) => compareVersions(one.version, latest) === 0),
      mails,
    ).posting;
    const whole =
      missingOf(base).length === 0
        ? base
        : fill(
            base,
            older.filter((one) => compareVersions(one.version, latest) < 0),
            mails,
          ).posting;
    if (
      version.length > 1 ||
      patchesOf(posting).every(([number, mail]) => answersNumber(mail, number, posting.of, mails))
    ) {
      const again = patchesOf(posting)
        .map(([number]) => `${number}/${posting.of}`)
        .join(', ');
      return {
        posting: { ...posting, mails: new Map([...whole.mails, ...posting.mails]) },
        notes: [
          `of version ${version.join('.')} ${again} alone ${again.includes(',') ? 'were' : 'was'} sent; ` +
            `the other patches are those of version ${latest.join('.')}`,
        ],
      };
    }
  }
  const [only, ...others] = [...posting.mails.values()];
  // A patch picked out of a series is meant so.
  if (only?.isAlone === true && others.length === 0 && older.length === 0) return { posting, notes: [] };
  const count = missing.length;
  const named = `${missing
    .slice(0, 12)
    .map((number) => `${number}/${posting.of}`)
    .join(', ')}${count > 12 ? ` and ${count - 12} more` : ''} ${count === 1 ? 'is' : 'are'} missing`;
  const which = older.length > 0 || (version[0] ?? 1) > 1 ? `version ${version.join('.')} of the series` : 'the series';
  throw new UserError(`${which} has ${posting.of} patches, and ${named}`, {
    code: 'series-incomplete',
    remedy:
      'name the whole series, say the mbox that `b4 am` writes, ' +
      `or the patches one by one as plain diffs${older.length > 0 ? '; for a version before it, name its mails alone' : ''}`,
  });
}

/** Where no subject has a number, the message ids of mails that were sent at once show that one is missing. */
function refuseGap(posting: Posting): void {
  const numbers = posting.isNumbered ? [] : patchesOf(posting).map(([number]) => number);
  const gap = numbers.find((number, index) => index > 0 && number !== (numbers[index - 1] ?? 0) + 1);
  if (gap !== undefined)
    throw new UserError(
      `a patch is missing before ${describe(posting, gap)}: ` +
        `by its message id it is mail ${gap} of what was sent at once`,
      { code: 'series-incomplete', remedy: 'name all of them, or each in a file of its own' },
    );
}

/** b4's rule: up the thread there is a patch of the same number. */
function answersNumber(mail: SeriesMail, number: number, of: number, mails: readonly SeriesMail[]): boolean {
  const ids = new Set(ancestorsOf(mail, mails));
  return mails.some(
    ({ found, subject }) =>
      !subject.isReply &&
      subject.place?.number === number &&
      subject.place.of === of &&
      found.head?.messageId !== undefined &&
      ids.has(found.head.messageId),
  );
}

/** The ids that a mail answers, those that its parents do, too. */
function ancestorsOf(mail: SeriesMail, mails: readonly SeriesMail[]): readonly string[] {
  const ids = new Set(mail.found.head?.references);
  // A set takes in what is added on the way.
  for (const id of ids)
    for (const up of mails.find(({ found }) => found.head?.messageId === id)?.found.head?.references ?? []) ids.add(up);
  return [...ids];
}

function isLater(one: Posting, other: Posting): boolean {
  if (one.isResend !== other.isResend) return one.isResend;
  return dateOf(one) > dateOf(other);
}

/** Milliseconds since 1970 of its first patch; 0 without a date. */
function dateOf(posting: Posting): number {
  return Math.max(0, Date.parse(patchesOf(posting)[0]?.[1].found.head?.date ?? '') || 0);
}

function authorOf(posting: Posting): string | undefined {
  return patchesOf(posting)[0]?.[1].author;
}

function on({ found }: SeriesMail): string {
  return found.head?.date === undefined ? '' : ` of ${found.head.date.slice(0, 10)}`;
}

function describe(posting: Posting, number?: number): string {
  const mail = number === undefined ? [...posting.mails.values()][0] : posting.mails.get(number);
  return mail ? titleOf(mail) : 'a patch';
}

function refusal(words: string, remedy: string): UserError {
  return new UserError(words, { code: 'series-unclear', remedy });
}
