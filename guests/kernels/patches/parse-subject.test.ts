import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSubject } from './parse-subject.ts';

/** What a subject amounts to, in short: version, place, title. */
function short(subject: string): string {
  const { isReply, isTagged, isResend, version, dotted, targets, place, title } = parseSubject(subject);
  return [
    isReply ? 're' : '',
    isTagged ? 'patch' : '',
    isResend ? 'again' : '',
    version ? `v${version.join('.')}` : '',
    dotted ?? '',
    targets.join(' '),
    place ? `${place.number}/${place.of}` : '',
    `"${title}"`,
  ]
    .filter((word) => word !== '')
    .join(' ');
}

describe('a tag is read word by word', () => {
  test.each([
    ['[PATCH] a: b', 'patch "a: b"'],
    ['[PATCH 1/2] a', 'patch 1/2 "a"'],
    ['[PATCHv2 0/2]', 'patch v2 0/2 ""'],
    ['[RFCv2 PATCH 1/2] a', 'patch v2 1/2 "a"'],
    ['[PATCHv2-1/3] a', 'patch v2 1/3 "a"'],
    ['[PATCHv2net 1/3] a', 'patch v2 1/3 "a"'],
    ['[PATCH v10 10/12] a', 'patch v10 10/12 "a"'],
    ['[v2,1/2] a', 'patch v2 1/2 "a"'],
    ['[PATCH v2 1/2][next] a', 'patch v2 1/2 "a"'],
    ['[dm-devel] [PATCH V2 1/2] a', 'patch v2 1/2 "a"'],
    ['[PATCH [v2] 1/2] a', 'patch v2 1/2 "a"'],
    ['[PATCH 1/2 title', 'patch 1/2 "title"'],
    ['[PATCH RESEND v2 1/2] a', 'patch again v2 1/2 "a"'],
    ['[PATCH v2 REPOST 1/2] a', 'patch again v2 1/2 "a"'],
    ['[PATCH v3.1 2/2] a', 'patch 3.1 2/2 "a"'],
    ['[PATCH v2a 1/2] a', 'patch v2.1 1/2 "a"'],
    ['[PATCHv2bis 1/2] a', 'patch v2.2 1/2 "a"'],
    ['[PATCH v2abc 1/2] a', 'patch 1/2 "a"'],
    ['[PATCH v6.1 v2 1/2] a', 'patch v2 6.1 1/2 "a"'],
    ['[PATCH 5.10.y 1/2] a', 'patch 5.10.y 1/2 "a"'],
    ['[PATCH v6.6.y v3] a', 'patch v3 6.6.y "a"'],
    ['[PATCH AUTOSEL 6.1 01/10] a', 'patch 6.1 1/10 "a"'],
    ['[PATCH net-next v3 02/10] net: a', 'patch v3 2/10 "net: a"'],
    ['[PATCH 1 of 3] a', 'patch 1/3 "a"'],
    ['[PATCH take 2 1/3] a', 'patch v2 1/3 "a"'],
    ['[PATCH 1.5/2] a', 'patch 1.5/2 "a"'],
    ['[PATCH0/3]', 'patch 0/3 ""'],
    ['PATCH 2/2: b', 'patch 2/2 "b"'],
    ['Linux-nvdimm: [PATCH 2/2] b', 'patch 2/2 "b"'],
    ['pmem: b [PATCH 2/2]', 'patch 2/2 "pmem: b"'],
    ['[PATCH 1/9999] a', 'patch 1/9999 "a"'],
    // No numbers of a series.
    ['[PATCH 1/999999999] a', 'patch "a"'],
    ['[PATCH v999999999 1/2] a', 'patch 1/2 "a"'],
    ['[PATCH 1 of 999999999] a', 'patch "a"'],
    ['[RFC] idea', 'patch "idea"'],
    // No patches, for all that they say so.
    ['[BUG] pmem: WARNING', '"pmem: WARNING"'],
    [
      'FAILED: patch "[PATCH] a" failed to apply to 6.1-stable tree',
      '"FAILED: patch "[PATCH] a" failed to apply to 6.1-stable tree"',
    ],
    ['Patch "a" has been added to the 6.1-stable tree', '"Patch "a" has been added to the 6.1-stable tree"'],
    ['[GIT PULL] pmem for 6.13', '"pmem for 6.13"'],
  ])('%s', (subject, words) => {
    expect(short(subject)).toBe(words);
  });

  test.each([
    'Re: [PATCH] a',
    'RE: [PATCH v2 1/2] a',
    'AW: WG: [PATCH] a',
    'Re[2]: [PATCH] a',
    'Fwd: [PATCH] a',
    'SV: [PATCH] a',
    '答复: [PATCH] a',
    '回复：[PATCH] a',
    'Ответ: [PATCH] a',
    '[syzbot ci] Re: pmem: fix',
    'Linux-nvdimm: Re: [PATCH 2/2] b',
    '[EXTERNAL] Re: [PATCH] a',
    ' re : [PATCH] a',
  ])('%s is an answer', (subject) => {
    expect(parseSubject(subject).isReply).toBe(true);
  });

  test.each(['[PATCH] re: do it again', 'region: fix', '[PATCH] Revert "Re: a"'])('%s is none', (subject) => {
    expect(parseSubject(subject).isReply).toBe(false);
  });
});

test('what git format-patch writes is read back, whatever stands around it', () => {
  const prefix = fc.constantFrom('PATCH', 'RFC PATCH', 'PATCH RESEND', 'PATCH net-next', 'PATCH 6.6.y', 'RFC');
  const title = fc
    .stringMatching(/^[a-z][a-z/_-]{1,20}: [a-z][a-z0-9 ]{0,40}$/)
    .map((text) => text.trim().replaceAll(/ +/g, ' '));
  fc.assert(
    fc.property(
      prefix,
      fc.option(fc.integer({ min: 2, max: 99 })),
      fc.option(fc.tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 1, max: 120 }))),
      title,
      fc.constantFrom('', '[list] ', 'Pmem-devel: '),
      (words, version, place, text, before) => {
        const numbers = place === null ? '' : ` ${String(place[0]).padStart(String(place[1]).length, '0')}/${place[1]}`;
        const read = parseSubject(`${before}[${words}${version === null ? '' : ` v${version}`}${numbers}] ${text}`);
        expect(read).toMatchObject({ isReply: false, isTagged: true, title: text });
        expect(read.version).toEqual(version === null ? undefined : [version]);
        expect(read.place).toEqual(place === null ? undefined : { number: place[0], of: place[1] });
      },
    ),
  );
});

test('any text is read', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => typeof parseSubject(text).title === 'string'));
});
