import { change, changeAlone, DIFFSTAT, type MadeMail, PAT, RE, writeMail, writeMbox } from './make-mails.ts';

/** A mailbox as people have it. */
export interface MailShape {
  readonly name: string;
  /** The file, a character a byte. */
  readonly mbox: string;
  /** Where the answer is another than b4's: an mbox of the patches that are meant, or what a refusal says. docs/review-a-patch.md says why. */
  readonly instead?: { readonly meant: string } | { readonly refused: RegExp };
}

/** What a tag says of one mail: `1/2`, or nothing for a patch without a number. */
type Tag = (number: number, of: number) => string;

interface SeriesOptions {
  readonly of?: number;
  readonly words?: string;
  readonly id?: string;
  readonly from?: string;
  readonly at?: number;
  readonly parent?: string;
  readonly cover?: boolean;
  readonly only?: readonly number[];
  readonly encoding?: MadeMail['encoding'];
  readonly alone?: boolean;
}

/** A series with its cover letter, each patch an answer to that. */
function series(tag: Tag, { of = 2, words = 'new', id = words, from = PAT, at = 0, parent, cover = true, only, encoding, alone = false }: SeriesOptions = {}): readonly MadeMail[] {
  const numbers = Array.from({ length: of }, (_, index) => index + 1).filter((number) => only?.includes(number) !== false);
  return [
    ...(cover ? [{ subject: `${tag(0, of)} pmem: all`, from, id: `${id}-0@example.org`, at, ...(parent !== undefined && { parent }), body: DIFFSTAT }] : []),
    ...numbers.map((number): MadeMail => {
      const up = cover ? `${id}-0@example.org` : (parent ?? (number === 1 ? undefined : `${id}-1@example.org`));
      return { subject: `${tag(number, of)} pmem: part ${number}`, from, id: `${id}-${number}@example.org`, at: at + number, ...(up !== undefined && { parent: up }), body: (alone ? changeAlone : change)(number, words), ...(encoding && { encoding }) };
    }),
  ];
}

const plain: Tag = (number, of) => `[PATCH ${number}/${of}]`;
const version =
  (word: string): Tag =>
  (number, of) =>
    `[PATCH ${word} ${number}/${of}]`;
const written =
  (form: string): Tag =>
  (number, of) =>
    form.replace('n/m', `${number}/${of}`);

function one(subject: string, words: string, rest: Partial<MadeMail> = {}): MadeMail {
  return { subject, id: `${words}@example.org`, body: changeAlone(1, words), ...rest };
}

function shape(name: string, mails: readonly MadeMail[], instead?: MailShape['instead']): MailShape {
  return { name, mbox: writeMbox(mails), ...(instead && { instead }) };
}

/** The same mails about something else. */
function renamed(mails: readonly MadeMail[], from: string, to: string): readonly MadeMail[] {
  return mails.map((mail) => ({ ...mail, subject: mail.subject.replace(from, to) }));
}

const v1 = series(plain, { words: 'first' });
const QUOTED = 'On Monday Pat wrote:\n> @@ -1,3 +1,3 @@\n> -old\n\n';

/** The patches alone, in order. */
function meant(mails: readonly MadeMail[]): { readonly meant: string } {
  return { meant: writeMbox(mails.map(({ body = '' }) => ({ subject: '[PATCH] x', body }))) };
}

const whole = meant(series(plain, { cover: false }));

/** Each kind at least twice. */
export const MAIL_SHAPES: readonly MailShape[] = [
  shape('a series in order', series(plain)),
  shape('a series of nine in reverse', series(plain, { of: 9 }).toReversed()),
  shape('numbers with zeros', series((number, of) => `[PATCH 0${number}/0${of}]`, { of: 3 }).toReversed()),
  shape('a tree name', series(written('[PATCH net-next n/m]'), { of: 3 }).toReversed()),

  shape('v2 as PATCHv2', [...v1, ...series(written('[PATCHv2 n/m]'))]),
  shape('v3 before v1', [...series(version('v3'), { at: 60 }), ...v1]),
  shape('v9 and v10', [...series(version('v9'), { words: 'first' }), ...series(version('v10'))]),
  shape('RFCv2 and RFCv3', [...series(written('[RFCv2 PATCH n/m]'), { words: 'first' }), ...series(written('[RFCv3 PATCH n/m]'), { at: 60 })], whole),
  shape('[v2,1/2] of a list', [...v1, ...series(written('[v2,n/m]'))], whole),
  shape('v2 behind the numbers', [...v1, ...series(written('[PATCH n/m v2]'))]),
  shape('[next] behind the tag', [...v1, ...series(written('[PATCH v2 n/m][next]'))]),
  shape('v2 below v1, with more patches', [...v1, ...series(version('v2'), { of: 3, parent: 'first-0@example.org', at: 60 })]),
  shape('v2 on the cover letter alone', [...v1, ...series(plain, { at: 60 }).map((mail, index) => (index === 0 ? { ...mail, subject: '[PATCH v2 0/2] pmem: all' } : mail))], whole),

  shape('v3.1 of one patch', [...series(version('v3'), { of: 2, words: 'first', alone: true }), ...series(version('v3.1'), { of: 2, only: [2], cover: false, parent: 'first-2@example.org', at: 60, alone: true })], meant([...series(plain, { only: [1], words: 'first', cover: false, alone: true }), ...series(plain, { only: [2], cover: false, alone: true })])),
  shape("stable's v6.1 and its v2", [...series(version('v6.1'), { words: 'first' }), ...series(version('v6.1 v2'), { at: 60 })]),
  shape("stable's 5.10.y and its v2", [...series(version('5.10.y'), { words: 'first' }), ...series(version('5.10.y v2'), { at: 60 })]),

  shape('PATCH0/3 glued', series(written('[PATCHn/m]'), { of: 3 }).toReversed(), meant(series(plain, { of: 3, cover: false }))),
  shape('PATCH3/3 glued, one missing', series(written('[PATCHn/m]'), { of: 3, only: [1, 3] }), { refused: /2\/3 is missing/ }),
  shape('no brackets', series(written('PATCH n/m:'), { cover: false }).toReversed()),
  shape("a list's prefix", series(written('Linux-nvdimm: [PATCH n/m]'), { cover: false }).toReversed()),
  shape('two brackets', series(written('[dm-devel] [PATCH v2 n/m]')).toReversed()),
  shape('a patch put between', [...series(plain, { alone: true }), { subject: '[PATCH 1.5/2] pmem: between', id: 'x@example.org', parent: 'new-1@example.org', body: changeAlone(5, 'between') }], meant([...series(plain, { cover: false, alone: true }), { subject: '', body: changeAlone(5, 'between') }])),
  shape('a patch put behind', [...series(plain, { alone: true }), { subject: '[PATCH 3/2] pmem: behind', id: 'x@example.org', parent: 'new-2@example.org', body: changeAlone(5, 'behind') }]),

  shape('one sent again', [...series(version('v2'), { of: 3, words: 'first', alone: true }), ...series(version('v3'), { of: 3, only: [2], cover: false, parent: 'first-2@example.org', at: 60, alone: true })]),
  shape('two sent again', [...series(version('v2'), { of: 3, words: 'first', alone: true }), ...[1, 3].flatMap((number) => series(version('v3'), { of: 3, only: [number], cover: false, parent: `first-${number}@example.org`, at: 60, alone: true }))]),
  shape('one sent again, of an answer to its former', [...series(plain, { words: 'first', alone: true }), { subject: 'Re: [PATCH 1/2] pmem: part 1', from: RE, id: 'r@example.org', parent: 'first-1@example.org', body: QUOTED }, ...series(version('v2'), { only: [1], cover: false, parent: 'r@example.org', at: 60, alone: true })]),
  shape('one sent again, and again', [
    ...series(version('v2'), { of: 3, words: 'first', alone: true }),
    ...series(version('v3'), { of: 3, words: 'second', only: [2], cover: false, parent: 'first-2@example.org', at: 60, alone: true }),
    ...series(version('v4'), { of: 3, words: 'new', only: [1], cover: false, parent: 'first-1@example.org', at: 90, alone: true }),
  ]),
  shape('v4 of one, without v3', [...series(version('v2'), { words: 'first', alone: true }), ...series(version('v4'), { only: [2], cover: false, parent: 'first-2@example.org', at: 60, alone: true })], { refused: /version 4 of the series has 2 patches, and 1\/2 is missing/ }),
  shape('one sent again, below the cover letter', [...series(version('v2'), { words: 'first' }), ...series(version('v3'), { only: [2], cover: false, parent: 'first-0@example.org', at: 60 })], { refused: /version 3 of the series has 2 patches, and 1\/2 is missing/ }),
  shape('half of v2', [...v1, ...series(version('v2'), { only: [1], at: 60 })], { refused: /version 2 of the series has 2 patches, and 2\/2 is missing/ }),
  shape('half of v2 without v1', series(version('v2'), { of: 3, only: [1, 3] }), { refused: /2\/3 is missing/ }),

  shape('RESEND of all', [...series(version('v2'), { words: 'new' }), ...series(version('RESEND v2'), { id: 'again', at: 90 })]),
  shape('RESEND PATCH of all, mixed', series(plain).flatMap((mail, index) => [mail, ...series(written('[RESEND PATCH n/m]'), { id: 'again', at: 90 }).slice(index, index + 1)])),
  shape('a patch twice, the same', [...series(plain), { ...series(plain)[2], id: 'again@example.org', at: 99 } as MadeMail]),
  shape('a patch twice, otherwise', [...series(plain), ...series(plain, { words: 'other', only: [2], cover: false, parent: 'new-0@example.org' })], { refused: /2\/2 of version 1 is there twice, with different changes/ }),
  shape('one patch, and again by its author', [one('[PATCH] pmem: fix', 'first'), one('[PATCH] pmem: fix', 'new', { at: 60, parent: 'first@example.org' })]),

  shape("a patch in a bug report's thread", [{ subject: '[BUG] pmem: WARNING', from: RE, id: 'bug@example.org' }, one('[PATCH] pmem: fix', 'new', { parent: 'bug@example.org' })]),
  shape("a series in a bug report's thread", [{ subject: 'pmem: oops on 6.12', from: RE, id: 'bug@example.org' }, ...series(plain, { parent: 'bug@example.org' })]),
  shape('two of one author below a bug report', [{ subject: '[BUG] pmem: WARNING', from: RE, id: 'bug@example.org' }, one('[PATCH] pmem: fix', 'new', { parent: 'bug@example.org' }), { ...one('[PATCH] nvdimm: fix', 'other', { parent: 'bug@example.org' }), body: changeAlone(2, 'other') }], { refused: /it is unclear whether one replaces the other/ }),
  shape('two series of one author below a bug report', [{ subject: '[BUG] pmem: WARNING', from: RE, id: 'bug@example.org' }, ...series(plain, { words: 'first', parent: 'bug@example.org' }), ...renamed(series(plain, { words: 'other', parent: 'bug@example.org', at: 60 }), 'pmem', 'nvdimm')], { refused: /1\/2 of version 1 is there twice, with different changes/ }),
  shape('v2 of one patch, with another title', [one('[PATCH] pmem: fix', 'first'), one('[PATCH v2] pmem: fix the lock', 'new', { parent: 'first@example.org' })]),
  shape('a deep thread in reverse', [1, 2, 3].map((number) => ({ subject: `[PATCH ${number}/3] pmem: part ${number}`, id: `d${number}@example.org`, ...(number > 1 && { parent: `d${number - 1}@example.org` }), at: number, body: change(number, 'new') })).toReversed()),
  shape('the mail of a tool', [one('[PATCH] pmem: fix', 'new'), { ...one('Patch "pmem: fix" has been added to the 6.1-stable tree', 'tool', { from: RE, parent: 'new@example.org' }), body: changeAlone(6, 'tool') }]),
  shape('a bug report with a diff', [one('pmem: WARNING, this hides it', 'hides', { from: RE }), ...series(plain, { parent: 'hides@example.org' })]),
  shape('an answer with a diff', [...series(plain), { subject: 'Re: [PATCH 1/2] pmem: part 1', from: RE, id: 'r@example.org', parent: 'new-1@example.org', body: changeAlone(7, 'answer') }]),
  shape('an answer in another language', [one('[PATCH] pmem: fix', 'new'), one('=?utf-8?b?562U5aSNOiBbUEFUQ0hdIHBtZW06IGZpeA==?=', 'answer', { from: RE, parent: 'new@example.org' })]),
  shape("a bot's answer", [one('[PATCH] pmem: fix', 'new'), { ...one('[syzbot ci] Re: pmem: fix', 'answer', { from: RE, parent: 'new@example.org' }) }]),
  shape("another's patch below a series", [...series(plain), { ...one('[PATCH] pmem: do that, too', 'other', { from: RE, parent: 'new-2@example.org' }), body: changeAlone(8, 'other') }]),
  shape('rivals below a bug report', [{ subject: '[BUG] pmem: WARNING', from: RE, id: 'bug@example.org' }, one('[PATCH] pmem: fix', 'new', { parent: 'bug@example.org' }), one('[PATCH] nvdimm: other fix', 'other', { from: RE, parent: 'bug@example.org' })], { refused: /two patches without a number or version in one thread/ }),

  shape('quoted-printable', series(plain, { words: 'x = 1; // f\u00c3\u00bcr', id: 'q', encoding: 'quoted-printable' })),
  shape('base64', series(plain, { words: 'y = "=3D";', id: 'b', encoding: 'base64' })),
  shape('Latin-1, in 8 bit', series(plain, { words: 's = "f\u00fcr";', id: 'l', encoding: '8bit' }), meant(series(plain, { words: 's = "f\u00fcr";', cover: false }))),
  shape('HTML beside the text', series(plain, { encoding: 'alternative' })),
  shape('an attachment', series(plain, { encoding: 'attachment' })),
  { name: 'CRLF', mbox: writeMbox(series(plain)).replaceAll('\n', '\r\n') },
  { name: 'CRLF in quoted-printable', mbox: writeMbox(series(plain, { encoding: 'quoted-printable' })).replaceAll('\n', '\r\n') },
  shape('CRLF in base64', series(plain, { encoding: 'base64-crlf' })),
  shape("a webmail's headers in front", series(plain).map((mail) => ({ ...mail, above: ['Delivered-To: me@example.com', 'ARC-Seal: i=1; a=rsa-sha256;', '        cv=none'], encoding: 'quoted-printable' as const }))),
  { name: 'one mail with a byte order mark', mbox: `\u00ef\u00bb\u00bf${writeMail(one('[PATCH] pmem: fix', 'new'))}`, instead: meant([one('', 'new')]) },
  { name: 'one mail behind an empty line', mbox: `\n${writeMail(one('[PATCH] pmem: fix', 'new'))}`, instead: meant([one('', 'new')]) },
  shape('a cover letter with a line of dashes', series(plain).map((mail, index) => (index === 0 ? { ...mail, body: '--- before ---\n12 MB/s\n--- after ---\n13 MB/s\n' } : mail))),
  shape('a folded, encoded subject', series(plain).map((mail, index) => ({ ...mail, subject: mail.subject.replace(/^(\[PATCH .\/.\]).*/, `$1\n =?utf-8?q?pmem=3A_=C3=BCber_${index}?=`) }))),
];
