import { compareVersions, type SeriesMail } from './found-patch.ts';
import { idsOf, type Posting, shares, titlesOf } from './postings.ts';

/** Union-find over names. */
class Groups {
  readonly #parents = new Map<string, string>();

  join(one: string, other: string): void {
    this.#parents.set(this.find(one), this.find(other));
  }

  find(name: string): string {
    let top = name;
    for (let up = this.#parents.get(top); up !== undefined && up !== top; up = this.#parents.get(top)) top = up;
    this.#parents.set(name, top);
    return top;
  }
}

/**
 * Puts postings that are about one series together. These are postings of one thread, answers included, and those that
 * share a title. As b4 takes a whole mbox for one thread, versions by one author in one file are, too. Patches that the
 * user named one by one are his own order, unless they are versions of one patch.
 */
export function linkSeries(
  mails: readonly SeriesMail[],
  postings: readonly Posting[],
): readonly (readonly Posting[])[] {
  const threads = new Groups();
  for (const mail of mails) {
    const [first, ...rest] = idsOf(mail);
    for (const id of rest) threads.join(id, first ?? id);
  }
  const series = new Groups();
  const facts = postings.map((posting) => describe(posting, threads));
  for (const [index, one] of facts.entries()) {
    for (const [before, other] of facts.slice(0, index).entries()) {
      if (areLinked(one, other)) series.join(String(index), String(before));
    }
  }
  const groups = new Map<string, Posting[]>();
  for (const [index, one] of postings.entries()) {
    const key = series.find(String(index));
    const known = groups.get(key);
    if (known) known.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}

interface LinkFacts {
  readonly posting: Posting;
  readonly threads: ReadonlySet<string>;
  readonly titles: ReadonlySet<string>;
  /** By whom, and in which file. */
  readonly origins: ReadonlySet<string>;
  /** Its patches have no number, and the user named a file for each. */
  readonly isPicked: boolean;
  /** Nobody has sent them yet: no message ids. */
  readonly isLoose: boolean;
}

function describe(posting: Posting, threads: Groups): LinkFacts {
  const mails = [...posting.mails.values()];
  return {
    posting,
    threads: new Set(
      mails.flatMap((mail) =>
        idsOf(mail)
          .slice(0, 1)
          .map((id) => threads.find(id)),
      ),
    ),
    titles: titlesOf(posting),
    origins: new Set(mails.map(({ found, author }) => `${found.file}\0${author ?? ''}`)),
    isPicked: !posting.isNumbered && mails.every(({ isAlone }) => isAlone),
    isLoose: mails.some(({ found }) => found.head?.messageId === undefined),
  };
}

function areLinked(one: LinkFacts, other: LinkFacts): boolean {
  const isSameVersion = compareVersions(one.posting.version, other.posting.version) === 0;
  if (isSameVersion && one.isPicked && other.isPicked) return false;
  if (shares(one.threads, other.threads)) return true;
  if (!one.posting.isTagged || !other.posting.isTagged) return false;
  // Two patches of one name that were not sent yet are two patches.
  const isPair = isSameVersion && (one.isLoose || other.isLoose) && !one.posting.isNumbered;
  return (!isPair && shares(one.titles, other.titles)) || (!isSameVersion && shares(one.origins, other.origins));
}
