/** A person or list as a mail names it; `name` is empty where it names none. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/** A mail of a series, as far as an answer to it takes. */
export interface MailHead {
  /** Decoded and in one line: `[PATCH v2 2/3] pmem: take the lock`. */
  readonly subject: string;
  /** With its angle brackets. */
  readonly messageId?: string;
  /** What it answers itself, oldest first, with angle brackets. */
  readonly references: readonly string[];
  readonly from?: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  /** ISO 8601. */
  readonly date?: string;
}

/** One patch of a series. */
export interface SeriesPatch {
  /** `[PATCH 2/3] pmem: take the lock`; of a plain diff the name of its file. */
  readonly subject: string;
  /** Absent for a plain diff, which cannot be answered. */
  readonly head?: MailHead;
  /** As bytes, one character each (latin1): no charset may change what is applied. */
  readonly diff: string;
  /** What it changes, from the top of the tree. */
  readonly files: readonly string[];
}

/** Patches in the order in which they apply. */
export interface PatchSeries {
  readonly cover?: MailHead;
  readonly patches: readonly SeriesPatch[];
  /** What was left out of the mails, and why. */
  readonly notes: readonly string[];
}
