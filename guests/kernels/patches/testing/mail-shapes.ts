import { change, changeAlone, DIFFSTAT, type MadeMail, PAT, RE, writeMail, writeMbox } from './make-mails.ts';
import { present } from '../../../../orchestrator/model/present.ts';

/** A mailbox as people have it. */
export interface MailShape {
  readonly name: string;
  /** The file, a character a byte. */
  readonly mbox: string;
  /**
   * Where the answer is another than b4's: an mbox of the patches that are meant, or what a refusal says.
   * docs/review-a-patch.md says why.
   */
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
function series(
  tag: Tag,
  {
    of = 2,
    words = 'new',
    id = words,
    from = PAT,
    at = 0,
    parent,
    cover = true,
    only,
    encoding,
    alone = false,
  }: SeriesOptions = {},
): readonly MadeMail[] {
  const numbers = Array.from({ length: of }, (_, index) => index + 1).filter(
    (number) => only?.includes(number) !== false,
  );
  return [
    ...(cover
      ? [
          {
            subject: `${tag(0, of)} pmem: all`,
            from,
            id: `${id}-0@example.org`,
            at,
            ...present({ parent }),
            body: DIFFSTAT,
          },
        ]
      : []),
    ...numbers.map((number): MadeMail => {
      const up = cover ? `${id}-0@example.org` : (parent ?? (number === 1 ? undefined : `${id}-1@example.org`));
      return {
        subject: `${tag(number, of)} pmem: part ${number}`,
        from,
        id: `${id}-${number}@example.org`,
        at: at + number,
        ...present({ parent: up }),
        body: (alone ? changeAlone : change)(number, words),
        ...present({ encoding }),
      };
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
  return { name, mbox: writeMbox(mails), ...present({ instead }) };
}

/** The same mails about something else. */
function renamed(mails: readonly MadeMail[], from: string, to: string): readonly MadeMail[] {
  return mails.map((mail) => ({ ...mail, subject: mail.subject.replace(from, to) }));
}

/** A change as quilt writes it, without git's header. */
const QUILT =
  '--- linux.orig/p1.c\t2030-01-01 10:00:00.000000000 +0100\n+++ linux/p1.c\t2030-01-01 10:00:01.000000000 +0100\n@@ -1,3 +1,3 @@\n head\n-old\n+new\n tail\n';
/** A file of the bytes 0, 1, 2, 3, 255, 254. */
const BINARY = `---\n b.bin | Bin 0 -> 6 bytes\n\ndiff --git a/b.bin b/b.bin\nnew file mode 100644\nindex ${'0'.repeat(40)}..6164d9f90821c3bf1dd2b0ccc10d92277d28ddfb\nGIT binary patch\nliteral 6\nNcmZQzWMcmR4*&xg0t5g6\n\nliteral 0\nHcmV?d00001\n\n-- \n2.39.5\n`;

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
  shape(
    'RFCv2 and RFCv3',
    [...series(written('[RFCv2 PATCH n/m]'), { words: 'first' }), ...series(written('[RFCv3 PATCH n/m]'), { at: 60 })],
    whole,
  ),
  shape('[v2,1/2] of a list', [...v1, ...series(written('[v2,n/m]'))], whole),
  shape('v2 behind the numbers', [...v1, ...series(written('[PATCH n/m v2]'))]),
  shape('[next] behind the tag', [...v1, ...series(written('[PATCH v2 n/m][next]'))]),
  shape('v2 below v1, with more patches', [
    ...v1,
    ...series(version('v2'), { of: 3, parent: 'first-0@example.org', at: 60 }),
  ]),
  shape(
    'v2 on the cover letter alone',
    [
      ...v1,
      ...series(plain, { at: 60 }).map((mail, index) =>
        index === 0 ? { ...mail, subject: '[PATCH v2 0/2] pmem: all' } : mail,
      ),
    ],
    whole,
  ),

  shape(
    'v3.1 of one patch',
    [
      ...series(version('v3'), { of: 2, words: 'first', alone: true }),
      ...series(version('v3.1'), {
        of: 2,
        only: [2],
        cover: false,
        parent: 'first-2@example.org',
        at: 60,
        alone: true,
      }),
    ],
    meant([
      ...series(plain, { only: [1], words: 'first', cover: false, alone: true }),
      ...series(plain, { only: [2], cover: false, alone: true }),
    ]),
  ),
  shape("stable's v6.1 and its v2", [
    ...series(version('v6.1'), { words: 'first' }),
    ...series(version('v6.1 v2'), { at: 60 }),
  ]),
  shape("stable's 5.10.y and its v2", [
    ...series(version('5.10.y'), { words: 'first' }),
    ...series(version('5.10.y v2'), { at: 60 }),
  ]),

  shape(
    'PATCH0/3 glued',
    series(written('[PATCHn/m]'), { of: 3 }).toReversed(),
    meant(series(plain, { of: 3, cover: false })),
  ),
  shape('PATCH3/3 glued, one missing', series(written('[PATCHn/m]'), { of: 3, only: [1, 3] }), {
    refused: /2\/3 is missing/,
  }),
  shape('no brackets', series(written('PATCH n/m:'), { cover: false }).toReversed()),
  shape("a list's prefix", series(written('Linux-nvdimm: [PATCH n/m]'), { cover: false }).toReversed()),
  shape('two brackets', series(written('[dm-devel] [PATCH v2 n/m]')).toReversed()),
  shape(
    'a patch put between',
    [
      ...series(plain, { alone: true }),
      {
        subject: '[PATCH 1.5/2] pmem: between',
        id: 'x@example.org',
        parent: 'new-1@example.org',
        body: changeAlone(5, 'between'),
      },
    ],
    meant([...series(plain, { cover: false, alone: true }), { subject: '', body: changeAlone(5, 'between') }]),
  ),
  shape('a patch put behind', [
    ...series(plain, { alone: true }),
    {
      subject: '[PATCH 3/2] pmem: behind',
      id: 'x@example.org',
      parent: 'new-2@example.org',
      body: changeAlone(5, 'behind'),
    },
  ]),

  shape('one sent again', [
    ...series(version('v2'), { of: 3, words: 'first', alone: true }),
    ...series(version('v3'), { of: 3, only: [2], cover: false, parent: 'first-2@example.org', at: 60, alone: true }),
  ]),
  shape('two sent again', [
    ...series(version('v2'), { of: 3, words: 'first', alone: true }),
    ...[1, 3].flatMap((number) =>
      series(version('v3'), {
        of: 3,
        only: [number],
        cover: false,
        parent: `first-${number}@example.org`,
        at: 60,
        alone: true,
      }),
    ),
  ]),
  shape('one sent again, of an answer to its former', [
    ...series(plain, { words: 'first', alone: true }),
    {
      subject: 'Re: [PATCH 1/2] pmem: part 1',
      from: RE,
      id: 'r@example.org',
      parent: 'first-1@example.org',
      body: QUOTED,
    },
    ...series(version('v2'), { only: [1], cover: false, parent: 'r@example.org', at: 60, alone: true }),
  ]),
  shape('one sent again, and again', [
    ...series(version('v2'), { of: 3, words: 'first', alone: true }),
    ...series(version('v3'), {
      of: 3,
      words: 'second',
      only: [2],
      cover: false,
      parent: 'first-2@example.org',
      at: 60,
      alone: true,
    }),
    ...series(version('v4'), {
      of: 3,
      words: 'new',
      only: [1],
      cover: false,
      parent: 'first-1@example.org',
      at: 90,
      alone: true,
    }),
  ]),
  shape(
    'v4 of one, without v3',
    [
      ...series(version('v2'), { words: 'first', alone: true }),
      ...series(version('v4'), { only: [2], cover: false, parent: 'first-2@example.org', at: 60, alone: true }),
    ],
    { refused: /version 4 of the series has 2 patches, and 1\/2 is missing/ },
  ),
  shape(
    'one sent again, below the cover letter',
    [
      ...series(version('v2'), { words: 'first' }),
      ...series(version('v3'), { only: [2], cover: false, parent: 'first-0@example.org', at: 60 }),
    ],
    { refused: /version 3 of the series has 2 patches, and 1\/2 is missing/ },
  ),
  shape('half of v2', [...v1, ...series(version('v2'), { only: [1], at: 60 })], {
    refused: /version 2 of the series has 2 patches, and 2\/2 is missing/,
  }),
  shape('half of v2 without v1', series(version('v2'), { of: 3, only: [1, 3] }), { refused: /2\/3 is missing/ }),

  shape('RESEND of all', [
    ...series(version('v2'), { words: 'new' }),
    ...series(version('RESEND v2'), { id: 'again', at: 90 }),
  ]),
  shape(
    'RESEND PATCH of all, mixed',
    series(plain).flatMap((mail, index) => [
      mail,
      ...series(written('[RESEND PATCH n/m]'), { id: 'again', at: 90 }).slice(index, index + 1),
    ]),
  ),
  shape('a patch twice, the same', [
    ...series(plain),
    { ...series(plain)[2], id: 'again@example.org', at: 99 } as MadeMail,
  ]),
  shape(
    'a patch twice, otherwise',
    [...series(plain), ...series(plain, { words: 'other', only: [2], cover: false, parent: 'new-0@example.org' })],
    { refused: /2\/2 of version 1 is there twice, with different changes/ },
  ),
  shape('one patch, and again by its author', [
    one('[PATCH] pmem: fix', 'first'),
    one('[PATCH] pmem: fix', 'new', { at: 60, parent: 'first@example.org' }),
  ]),

  shape("a patch in a bug report's thread", [
    { subject: '[BUG] pmem: WARNING', from: RE, id: 'bug@example.org' },
    one('[PATCH] pmem: fix', 'new', { parent: 'bug@example.org' }),
  ]),
  shape("a series in a bug report's thread", [
    { subject: 'pmem: oops on 6.12', from: RE, id: 'bug@example.org' },
    ...series(plain, { parent: 'bug@example.org' }),
  ]),
  shape(
    'two of one author below a bug report',
    [
      { subject: '[BUG] pmem: WARNING', from: RE, id: 'bug@example.org' },
      one('[PATCH] pmem: fix', 'new', { parent: 'bug@example.org' }),
      { ...one('[PATCH] nvdimm: fix', 'other', { parent: 'bug@example.org' }), body: changeAlone(2, 'other') },
    ],
    { refused: /it is unclear whether one replaces the other/ },
  ),
  shape(
    'two series of one author below a bug report',
    [
      { subject: '[BUG] pmem: WARNING', from: RE, id: 'bug@example.org' },
      ...series(plain, { words: 'first', parent: 'bug@example.org' }),
      ...renamed(series(plain, { words: 'other', parent: 'bug@example.org', at: 60 }), 'pmem', 'nvdimm'),
    ],
    { refused: /1\/2 of version 1 is there twice, with different changes/ },
  ),
  shape('v2 of one patch, with another title', [
    one('[PATCH] pmem: fix', 'first'),
    one('[PATCH v2] pmem: fix the lock', 'new', { parent: 'first@example.org' }),
  ]),
  shape(
    'a deep thread in reverse',
    [1, 2, 3]
      .map((number) => ({
        subject: `[PATCH ${number}/3] pmem: part ${number}`,
        id: `d${number}@example.org`,
        ...(number > 1 && { parent: `d${number - 1}@example.org` }),
        at: number,
        body: change(number, 'new'),
      }))
      .toReversed(),
  ),
  shape('the mail of a tool', [
    one('[PATCH] pmem: fix', 'new'),
    {
      ...one('Patch "pmem: fix" has been added to the 6.1-stable tree', 'tool', {
        from: RE,
        parent: 'new@example.org',
      }),
      body: changeAlone(6, 'tool'),
    },
  ]),
  shape('a bug report with a diff', [
    one('pmem: WARNING, this hides it', 'hides', { from: RE }),
    ...series(plain, { parent: 'hides@example.org' }),
  ]),
  shape('an answer with a diff', [
    ...series(plain),
    {
      subject: 'Re: [PATCH 1/2] pmem: part 1',
      from: RE,
      id: 'r@example.org',
      parent: 'new-1@example.org',
      body: changeAlone(7, 'answer'),
    },
  ]),
  shape('an answer in another language', [
    one('[PATCH] pmem: fix', 'new'),
    one('=?utf-8?b?562U5aSNOiBbUEFUQ0hdIHBtZW06IGZpeA==?=', 'answer', { from: RE, parent: 'new@example.org' }),
  ]),
  shape("a bot's answer", [
    one('[PATCH] pmem: fix', 'new'),
    { ...one('[syzbot ci] Re: pmem: fix', 'answer', { from: RE, parent: 'new@example.org' }) },
  ]),
  shape("another's patch below a series", [
    ...series(plain),
    {
      ...one('[PATCH] pmem: do that, too', 'other', { from: RE, parent: 'new-2@example.org' }),
      body: changeAlone(8, 'other'),
    },
  ]),
  shape(
    'rivals below a bug report',
    [
      { subject: '[BUG] pmem: WARNING', from: RE, id: 'bug@example.org' },
      one('[PATCH] pmem: fix', 'new', { parent: 'bug@example.org' }),
      one('[PATCH] nvdimm: other fix', 'other', { from: RE, parent: 'bug@example.org' }),
    ],
    { refused: /two patches without a number or version in one thread/ },
  ),

  shape(
    'quoted-printable',
    series(plain, { words: 'x = 1; // f\u00c3\u00bcr', id: 'q', encoding: 'quoted-printable' }),
  ),
  shape('base64', series(plain, { words: 'y = "=3D";', id: 'b', encoding: 'base64' })),
  shape(
    'Latin-1, in 8 bit',
    series(plain, { words: 's = "f\u00fcr";', id: 'l', encoding: '8bit' }),
    meant(series(plain, { words: 's = "f\u00fcr";', cover: false })),
  ),
  shape('HTML beside the text', series(plain, { encoding: 'alternative' })),
  shape('an attachment', series(plain, { encoding: 'attachment' })),
  { name: 'CRLF', mbox: writeMbox(series(plain)).replaceAll('\n', '\r\n') },
  {
    name: 'CRLF in quoted-printable',
    mbox: writeMbox(series(plain, { encoding: 'quoted-printable' })).replaceAll('\n', '\r\n'),
  },
  shape('CRLF in base64', series(plain, { encoding: 'base64-crlf' })),
  shape(
    "a webmail's headers in front",
    series(plain).map((mail) => ({
      ...mail,
      above: ['Delivered-To: me@example.com', 'ARC-Seal: i=1; a=rsa-sha256;', '        cv=none'],
      encoding: 'quoted-printable' as const,
    })),
  ),
  {
    name: 'one mail with a byte order mark',
    mbox: `\u00ef\u00bb\u00bf${writeMail(one('[PATCH] pmem: fix', 'new'))}`,
    instead: meant([one('', 'new')]),
  },
  {
    name: 'one mail behind an empty line',
    mbox: `\n${writeMail(one('[PATCH] pmem: fix', 'new'))}`,
    instead: meant([one('', 'new')]),
  },
  shape(
    'a cover letter with a line of dashes',
    series(plain).map((mail, index) =>
      index === 0 ? { ...mail, body: '--- before ---\n12 MB/s\n--- after ---\n13 MB/s\n' } : mail,
    ),
  ),
  shape(
    'a folded, encoded subject',
    series(plain).map((mail, index) => ({
      ...mail,
      subject: mail.subject.replace(/^(\[PATCH .\/.\]).*/, `$1\n =?utf-8?q?pmem=3A_=C3=BCber_${index}?=`),
    })),
  ),

  shape('RFC v2 beside RFC', [
    ...series(written('[PATCH RFC n/m]'), { words: 'first' }),
    ...series(written('[PATCH RFC v2 n/m]'), { at: 60 }),
  ]),
  shape('v2 for -next', [
    ...series(written('[PATCH -next n/m]'), { words: 'first' }),
    ...series(written('[PATCH -next v2 n/m]'), { at: 60 }),
  ]),
  shape('for a stable kernel by name', series(written('[PATCH stable 6.1 n/m]'), { of: 3 }).toReversed()),
  shape('RESEND in brackets of its own', [
    ...series(version('v3')),
    ...series(written('[RESEND][PATCH v3 n/m]'), { id: 'again', at: 90 }),
  ]),
  shape('v2a, behind v2', [...series(version('v2'), { words: 'first' }), ...series(version('v2a'), { at: 60 })], whole),
  shape('v3 within an answer', [
    ...series(version('v2')),
    {
      subject: 'Re: [PATCH v2 1/2] pmem: part 1',
      id: 'inline@example.org',
      parent: 'new-1@example.org',
      at: 90,
      body: `> -old\n\nBetter so?\n\n${change(1, 'inline')}`,
    },
  ]),
  shape(
    'a fixup! among the patches',
    series(plain).map((mail, index) => (index === 2 ? { ...mail, subject: '[PATCH 2/2] fixup! pmem: part 1' } : mail)),
  ),
  shape(
    'a fixup! below the series',
    [
      ...series(plain),
      {
        subject: '[PATCH] fixup! pmem: part 1',
        id: 'fixup@example.org',
        parent: 'new-1@example.org',
        at: 90,
        body: changeAlone(5, 'fixup'),
      },
    ],
    { refused: /it is unclear which is meant/ },
  ),
  shape('a cover letter alone', series(plain).slice(0, 1), { refused: /holds no patch/ }),
  shape('a pull request beside the series', [
    ...series(plain),
    {
      subject: '[GIT PULL] pmem for 6.13',
      id: 'pull@example.org',
      parent: 'new-0@example.org',
      at: 99,
      body: change(3, 'pull'),
    },
  ]),
  shape('a review whose subject has lost its Re:', [
    ...series(plain),
    {
      subject: '[PATCH 1/2] pmem: part 1',
      from: RE,
      id: 'r@example.org',
      parent: 'new-1@example.org',
      at: 90,
      body: change(1, 'new').replaceAll(/^/gm, '> '),
    },
  ]),
  shape(
    'headers of Patchwork',
    series(plain, { cover: false }).map((mail) => ({
      ...mail,
      subject: mail.subject.replace('PATCH ', ''),
      above: ['X-Patchwork-Submitter: Pat Doe <pat@example.org>', 'X-Patchwork-Id: 14000'],
    })),
  ),

  shape(
    'base-commit behind the diff',
    series(plain).map((mail, index) =>
      index === 2
        ? {
            ...mail,
            body:
              mail.body?.replace(
                '-- \n',
                `\nbase-commit: ${'0'.repeat(40)}\nprerequisite-patch-id: ${'1'.repeat(40)}\n-- \n`,
              ) ?? '',
          }
        : mail,
    ),
  ),
  shape(
    "a list's footer",
    series(plain).map((mail) => ({
      ...mail,
      body: `${mail.body ?? ''}\n_______________________________________________\nPmem mailing list -- pmem@lists.example.org\n`,
    })),
  ),
  shape('an interdiff below the dashes', [
    one('[PATCH v2] pmem: fix', 'new', {
      body: changeAlone(1, 'new').replace(
        '---\n',
        `---\nInterdiff against v1:\n${changeAlone(9, 'inter').slice(4).replaceAll(/^/gm, '  ')}\n`,
      ),
    }),
  ]),
  shape('dashes in the words', [
    one('[PATCH] pmem: fix', 'new', { body: `It said:\n\n--- a/p9.c is broken\n\n${changeAlone(1, 'new')}` }),
  ]),
  shape('scissors below a diff', [
    one('[PATCH] pmem: fix', 'new', {
      body: `Instead of\n\n${changeAlone(9, 'above')}\n-- >8 --\nSubject: [PATCH] pmem: better\n\n${changeAlone(1, 'new')}`,
    }),
  ]),
  shape('author and subject in the body', [
    {
      ...one('a fix', 'new'),
      body: `From: Re Porter <re@example.org>\nSubject: [PATCH] pmem: fix\n\n${changeAlone(1, 'new')}`,
    },
  ]),
  shape('From in the words, as mboxrd quotes it', [
    one('[PATCH] pmem: fix', 'new', { body: `>From here on it works, as\n>>From there.\n${changeAlone(1, 'new')}` }),
  ]),
  shape('a file made executable', [
    one('[PATCH] pmem: fix', 'mode', {
      body: '---\n mode change 100644 => 100755 p1.c\n\ndiff --git a/p1.c b/p1.c\nold mode 100644\nnew mode 100755\n-- \n2.39.5\n',
    }),
  ]),
  shape('a renamed file', [
    one('[PATCH] pmem: fix', 'moved', {
      body: changeAlone(1, 'new')
        .replace(
          '--- a/p1.c\n+++ b/p1.c',
          'similarity index 66%\nrename from p1.c\nrename to q1.c\n--- a/p1.c\n+++ b/q1.c',
        )
        .replace('b/p1.c', 'b/q1.c'),
    }),
  ]),
  shape('a removed file', [
    one('[PATCH] pmem: fix', 'gone', {
      body: '---\ndiff --git a/p1.c b/p1.c\ndeleted file mode 100644\n--- a/p1.c\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-head\n-old\n-tail\n-- \n2.39.5\n',
    }),
  ]),
  shape(
    'a binary file',
    [one('[PATCH] pmem: fix', 'binary', { body: BINARY })],
    meant([one('', 'binary', { body: BINARY })]),
  ),
  shape('a diff of quilt', [
    one('[patch] pmem: fix', 'new', { body: `Index: linux/p1.c\n${'='.repeat(67)}\n${QUILT}` }),
  ]),
  shape('a diff of -mm', [
    one('[patch] pmem: fix', 'new', {
      body: `${QUILT.replace(/^.*\n.*\n/, '--- a/p1.c~pmem-fix\n+++ a/p1.c\n')}_\n\nPatches currently in -mm which might be from pat@example.org are\n`,
    }),
  ]),
  shape('a diff of a file beside its .orig', [
    one('[patch] pmem: fix', 'new', {
      body: QUILT.replace(/^.*\n.*\n/, '--- p1.c.orig\t2030-01-01 10:00:00\n+++ p1.c\t2030-01-01 10:00:01\n'),
    }),
  ]),
  shape(
    'lines flowed by the mail program',
    series(plain).map((mail) => ({
      ...mail,
      above: ['Content-Type: text/plain; charset=UTF-8; format=flowed'],
      body: mail.body?.replaceAll(/^(?=[ >])/gm, ' ') ?? '',
    })),
    whole,
  ),
];
