import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FoundPatch } from './found-patch.ts';
import { changedFiles, orderSeries } from './order-series.ts';

const DIFF = '--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1 +1 @@\n-a\n+b\n';

let ids = 0;
function mail(subject: string, diff = DIFF, messageId = `<${++ids}@example.org>`): FoundPatch {
  return { file: 'series.mbox', head: { subject, messageId, references: [], to: [], cc: [] }, diff };
}

function tagged(form: string, number: number): FoundPatch {
  return mail(`${form.replace('#', String(number))} step ${number}`);
}

function below(subject: string, id: string, parent?: string): FoundPatch {
  return {
    file: 'series.mbox',
    head: { ...HEAD, subject, messageId: `<${id}>`, references: parent === undefined ? [] : [`<${parent}>`] },
    diff: DIFF,
  };
}

function belowBug(subject: string): FoundPatch {
  return {
    file: 'series.mbox',
    head: {
      ...HEAD,
      subject,
      messageId: `<${++ids}@example.org>`,
      references: ['<bug@example.org>'],
      from: { name: '', address: 'pat@example.org' },
    },
    diff: DIFF.replace('+b', `+${subject}`),
  };
}

function atOnce(number: number): FoundPatch {
  return mail(`[PATCH] step ${number}`, DIFF, `<20300102030405.77-${number}-pat@example.org>`);
}

function by(subject: string, address: string): FoundPatch {
  return {
    file: 'list.mbox',
    head: { subject, messageId: `<${++ids}@example.org>`, references: [], from: { name: '', address }, to: [], cc: [] },
    diff: DIFF,
  };
}

const HEAD = { subject: '', references: [], to: [], cc: [] };
const subjects = (found: readonly FoundPatch[]): readonly string[] =>
  orderSeries(found).patches.map(({ subject }) => subject);

describe('the patches of a series', () => {
  test('stand in the order of their numbers, whatever the order of the mails', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }).chain((of) =>
          fc.shuffledSubarray(
            Array.from({ length: of }, (_, index) => index + 1),
            { minLength: of, maxLength: of },
          ),
        ),
        (numbers) => {
          const of = numbers.length;
          const found = numbers.map((number) => mail(`[PATCH v3 ${number}/${of}] pmem: step ${number}`));
          expect(subjects(found)).toEqual(
            Array.from({ length: of }, (_, index) => `[PATCH v3 ${index + 1}/${of}] pmem: step ${index + 1}`),
          );
        },
      ),
    );
  });

  test('stand as they were found without numbers', () => {
    expect(subjects([mail('[PATCH] b'), { file: 'a.diff', diff: DIFF }])).toEqual(['[PATCH] b', 'a.diff']);
  });

  test('are those of two series one after the other, if both are named', () => {
    expect(subjects([mail('[PATCH 1/1] a'), mail('[PATCH 1/2] b'), mail('[PATCH 2/2] c')])).toEqual([
      '[PATCH 1/1] a',
      '[PATCH 1/2] b',
      '[PATCH 2/2] c',
    ]);
  });

  test('come without the cover letter, replies and what came twice', () => {
    const twice = mail('[PATCH 1/2] a', DIFF, '<same@example.org>');
    const found = [
      mail('[PATCH 0/2] cover', 'words'),
      twice,
      mail('Re: [PATCH 1/2] a', DIFF),
      mail('[PATCH 2/2] b'),
      twice,
    ];
    const series = orderSeries(found);
    expect(series.cover?.subject).toBe('[PATCH 0/2] cover');
    expect(series.patches.map(({ subject }) => subject)).toEqual(['[PATCH 1/2] a', '[PATCH 2/2] b']);
  });

  test('are those of the newest version, and that is said', () => {
    const series = orderSeries([mail('[PATCH 1/1] a'), mail('[RFC PATCH v2 1/2] a'), mail('[RFC PATCH v2 2/2] b')]);
    expect(series.patches.map(({ subject }) => subject)).toEqual(['[RFC PATCH v2 1/2] a', '[RFC PATCH v2 2/2] b']);
    expect(series.notes).toEqual(['the mails hold version 1 of the series, too: version 2 is tested']);
  });

  test('are all there, or the missing one is named', () => {
    expect(() => orderSeries([mail('[PATCH 1/3] a'), mail('[PATCH 3/3] c')])).toThrow(
      'the series has 3 patches, and 2/3 is missing',
    );
    expect(subjects([mail('[PATCH 2/3] b')])).toEqual(['[PATCH 2/3] b']);
  });

  test.each([
    ['[PATCH #/2]', '[PATCHv2 #/2]'],
    ['[RFCv2 PATCH #/2]', '[RFCv3 PATCH #/2]'],
    ['[PATCH v9 #/2]', '[PATCH v10 #/2]'],
    ['[PATCH v6.1 #/2]', '[PATCH v6.1 v2 #/2]'],
    ['[PATCH 5.10.y #/2]', '[PATCH 5.10.y v2 #/2]'],
    ['[PATCH #/2]', '[PATCH #/2 v2]'],
    ['[PATCH net-next #/2]', '[PATCH V2 net-next #/2]'],
    ['[PATCH #/2]', '[PATCH take 2 #/2]'],
    ['[v2,#/2]', '[v3,#/2]'],
    ['PATCH #/2:', 'PATCH v2 #/2:'],
  ])('%s is older than %s', (older, newer) => {
    const series = orderSeries([tagged(newer, 2), tagged(older, 1), tagged(older, 2), tagged(newer, 1)]);
    expect(series.patches.map(({ subject }) => subject)).toEqual(
      [1, 2].map((number) => `${newer.replace('#', String(number))} step ${number}`),
    );
    expect(series.notes).toHaveLength(1);
  });

  test('of v3.1 stand for those of v3 that they mend', () => {
    expect(subjects([mail('[PATCH v3 1/2] a'), mail('[PATCH v3 2/2] b'), mail('[PATCH v3.1 2/2] b')])).toEqual([
      '[PATCH v3 1/2] a',
      '[PATCH v3.1 2/2] b',
    ]);
  });

  test.each([
    '[PATCH#/3]',
    'PATCH #/3:',
    'Linux-nvdimm: [PATCH #/3]',
    '[PATCH # of 3]',
    '[PATCH 0#/03]',
    'RFC PATCH #/3:',
    '[dm-devel] [PATCH #/3]',
    '[RFC/PATCH-#/3]',
  ])('with the numbers of %s: the order is theirs, and a hole is named', (form) => {
    const at = (number: number): string => `${form.replace('#', String(number))} step ${number}`;
    expect(subjects([mail(at(3)), mail(at(1)), mail(at(2))])).toEqual([at(1), at(2), at(3)]);
    expect(() => orderSeries([mail(at(0), 'words'), mail(at(3)), mail(at(1))])).toThrow(
      'the series has 3 patches, and 2/3 is missing',
    );
  });

  test('may stand between two others', () => {
    expect(subjects([mail('[PATCH 1/2] a'), mail('[PATCH 2/2] b'), mail('[PATCH 1.5/2] between')])).toEqual([
      '[PATCH 1/2] a',
      '[PATCH 1.5/2] between',
      '[PATCH 2/2] b',
    ]);
  });

  test('of half a newer version are refused', () => {
    expect(() =>
      orderSeries([
        mail('[PATCH 1/2] a'),
        mail('[PATCH 2/2] b'),
        mail('[PATCH v2 0/2] c', 'words'),
        mail('[PATCH v2 1/2] a'),
      ]),
    ).toThrow('version 2 of the series has 2 patches, and 2/2 is missing');
  });

  test('picked out of a series may not leave a hole where the file holds more', () => {
    expect(() => orderSeries([mail('[PATCH 0/3] cover', 'words'), mail('[PATCH 2/3] b')])).toThrow(
      '1/3, 3/3 are missing',
    );
    expect(() => orderSeries([mail('[PATCH 2/3] b'), mail('Re: [PATCH 2/3] b', 'words')])).toThrow(
      '1/3, 3/3 are missing',
    );
  });

  test('of two kernels are refused', () => {
    expect(() =>
      orderSeries([mail('[PATCH 6.1.y 1/1] a'), mail('[PATCH 6.6.y 1/1] a', DIFF.replaceAll('dax', 'pmem'))]),
    ).toThrow('the mails hold patches for 6.1 and for 6.6');
  });

  test('of two people and versions in one file are refused', () => {
    expect(() =>
      orderSeries([by('[PATCH v2 1/1] a', 'pat@example.org'), by('[PATCH 1/1] b', 're@example.org')]),
    ).toThrow('list.mbox holds two series');
  });

  test('of two series in one file are both, each in its order', () => {
    expect(
      subjects([
        below('[PATCH 1/2] a', 'a'),
        below('[PATCH 1/2] c', 'c'),
        below('[PATCH 2/2] d', 'd', 'c'),
        below('[PATCH 2/2] b', 'b', 'a'),
      ]),
    ).toEqual(['[PATCH 1/2] a', '[PATCH 2/2] b', '[PATCH 1/2] c', '[PATCH 2/2] d']);
  });

  test('without numbers are in the order of the message ids that were sent at once, and a gap is named', () => {
    expect(subjects([atOnce(2), atOnce(1), atOnce(3)])).toEqual(['[PATCH] step 1', '[PATCH] step 2', '[PATCH] step 3']);
    expect(() => orderSeries([atOnce(1), atOnce(3)])).toThrow('a patch is missing before "[PATCH] step 3"');
  });

  test('without numbers by one author below one report are refused, as it is unclear which is meant', () => {
    expect(() => orderSeries([belowBug('[PATCH] a'), belowBug('[PATCH] b')])).toThrow(
      'it is unclear whether one replaces the other',
    );
  });

  test.each([
    'Patch "a" has been added to the 6.1-stable tree',
    '[tip: x86/urgent] a',
    'FAILED: patch "[PATCH] a" failed to apply to 6.1-stable tree',
    '+ a.patch added to mm-unstable branch',
  ])("are not the mail of a maintainer's tool: %s", (subject) => {
    const series = orderSeries([
      mail('[PATCH] a', DIFF, '<a@example.org>'),
      {
        ...mail(subject),
        head: { ...HEAD, subject, messageId: '<tool@example.org>', references: ['<a@example.org>'] },
      },
    ]);
    expect(series.patches.map((patch) => patch.subject)).toEqual(['[PATCH] a']);
    expect(series.notes).toEqual([
      `"${subject}" holds a diff, and its subject does not say that it is a patch: left out`,
    ]);
  });

  test('that stand in files of their own are the order that the user named', () => {
    const files = ['b.eml', 'a.eml'].map((file, index): FoundPatch => ({
      ...mail(`[PATCH] ${file}`),
      file,
      head: {
        ...HEAD,
        subject: `[PATCH] ${file}`,
        messageId: `<x${index}@example.org>`,
        references: ['<root@example.org>'],
      },
    }));
    expect(subjects(files)).toEqual(['[PATCH] b.eml', '[PATCH] a.eml']);
  });

  test('are patches', () => {
    expect(() => orderSeries([mail('[PATCH 0/1] cover', 'words')])).toThrow('series.mbox holds no patch');
  });
});

describe('the cover letter', () => {
  const PAT = { name: 'Pat Doe', address: 'pat@example.org' };
  const RE = { name: 'Re Porter', address: 're@example.org' };
  const sent = (id: string, subject: string, from: typeof PAT, parent?: string, diff = 'words'): FoundPatch => ({
    file: 't.mbox',
    head: { ...HEAD, subject, messageId: `<${id}>`, references: parent === undefined ? [] : [`<${parent}>`], from },
    diff,
  });
  const fix = sent('fix', '[PATCH] pmem: fix', PAT, 'bug', DIFF);

  test.each([
    ['a bug report', sent('bug', '[BUG] pmem: WARNING in pmem_submit_bio', RE)],
    ["a bot's answer", sent('bot', '[syzbot ci] Re: pmem: fix', RE, 'fix')],
    ["a reviewer's answer", sent('ok', '答复: [PATCH] pmem: fix', RE, 'fix')],
    ['a word of thanks', sent('ty', 'Applied, thanks', RE, 'fix')],
    ["another series' cover letter", sent('other', '[PATCH 0/7] other', RE)],
  ])('is not %s', (_, other) => {
    for (const found of [
      [other, fix],
      [fix, other],
    ]) {
      const { cover, patches } = orderSeries(found);
      expect(cover).toBeUndefined();
      expect(patches.map(({ subject }) => subject)).toEqual(['[PATCH] pmem: fix']);
    }
  });

  test('is number 0 of the version that is tested', () => {
    const found = [
      sent('1', '[PATCH 0/1] old', PAT),
      sent('2', '[PATCH 1/1] a', PAT, '1', DIFF),
      sent('3', '[PATCHv2 0/1] new', PAT),
      sent('4', '[PATCHv2 1/1] a', PAT, '3', DIFF),
    ];
    expect(orderSeries(found).cover?.subject).toBe('[PATCHv2 0/1] new');
  });

  test('of patches without numbers is what they answer, by the same author', () => {
    expect(orderSeries([sent('bug', '[PATCH] two fixes', PAT), fix]).cover?.subject).toBe('[PATCH] two fixes');
  });

  test('may have lines of dashes', () => {
    const found = [
      sent('c', '[PATCH 0/1] all', PAT, undefined, '--- before ---\n12 MB/s\n+++ after +++\n13 MB/s\n'),
      sent('p', '[PATCH 1/1] a', PAT, 'c', DIFF),
    ];
    expect(orderSeries(found)).toMatchObject({
      cover: { subject: '[PATCH 0/1] all' },
      patches: [{ subject: '[PATCH 1/1] a' }],
    });
  });
});

test('a patch by its subject in which no diff is found is named, a cover letter and an answer are not', () => {
  const cover = below('[PATCH] pmem: all', 'cover@example.org');
  const from = { name: '', address: 'pat@example.org' };
  const found = [
    { ...cover, diff: '', head: { ...HEAD, ...cover.head, from } },
    below('[PATCH] one', 'one@example.org', 'cover@example.org'),
    { ...below('[PATCH] two', 'two@example.org', 'cover@example.org'), diff: '' },
    { ...below('Re: [PATCH] one', 're@example.org', 'one@example.org'), diff: '' },
  ];
  const series = orderSeries(found.map((one) => ({ ...one, head: { ...HEAD, ...one.head, from } })));
  expect(series.patches.map(({ subject }) => subject)).toEqual(['[PATCH] one']);
  expect(series.notes).toEqual(['"[PATCH] two" is a patch by its subject, and no diff is found in it: left out']);
});

test('the files that a diff changes are listed', () => {
  expect(changedFiles(`${DIFF}--- /dev/null\n+++ b/fs/new.c\n@@ -0,0 +1 @@\n+x\n-- \n2.39.5\n`)).toEqual([
    'fs/dax.c',
    'fs/new.c',
  ]);
});
