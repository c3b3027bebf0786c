import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedFiles, type FoundPatch, orderSeries } from './order-series.ts';

const DIFF = '--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1 +1 @@\n-a\n+b\n';

let ids = 0;
function mail(subject: string, diff = DIFF, messageId = `<${++ids}@example.org>`): FoundPatch {
  return { file: 'series.mbox', head: { subject, messageId, references: [], to: [], cc: [] }, diff };
}

const subjects = (found: readonly FoundPatch[]): readonly string[] => orderSeries(found).patches.map(({ subject }) => subject);

describe('the patches of a series', () => {
  test('stand in the order of their numbers, whatever the order of the mails', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }).chain((of) => fc.shuffledSubarray(Array.from({ length: of }, (_, index) => index + 1), { minLength: of, maxLength: of })), (numbers) => {
        const of = numbers.length;
        const found = numbers.map((number) => mail(`[PATCH v3 ${number}/${of}] pmem: step ${number}`));
        expect(subjects(found)).toEqual(Array.from({ length: of }, (_, index) => `[PATCH v3 ${index + 1}/${of}] pmem: step ${index + 1}`));
      }),
    );
  });

  test('stand as they were found without numbers', () => {
    expect(subjects([mail('[PATCH] b'), { file: 'a.diff', diff: DIFF }])).toEqual(['[PATCH] b', 'a.diff']);
  });

  test('are those of two series one after the other, if both are named', () => {
    expect(subjects([mail('[PATCH 1/1] a'), mail('[PATCH 1/2] b'), mail('[PATCH 2/2] c')])).toEqual(['[PATCH 1/1] a', '[PATCH 1/2] b', '[PATCH 2/2] c']);
  });

  test('come without the cover letter, replies and what came twice', () => {
    const twice = mail('[PATCH 1/2] a', DIFF, '<same@example.org>');
    const found = [mail('[PATCH 0/2] cover', 'words'), twice, mail('Re: [PATCH 1/2] a', DIFF), mail('[PATCH 2/2] b'), twice];
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
    expect(() => orderSeries([mail('[PATCH 1/3] a'), mail('[PATCH 3/3] c')])).toThrow('the series has 3 patches, and 2/3 is missing');
    expect(subjects([mail('[PATCH 2/3] b')])).toEqual(['[PATCH 2/3] b']);
  });

  test('are patches', () => {
    expect(() => orderSeries([mail('[PATCH 0/1] cover', 'words')])).toThrow('series.mbox holds no patch');
  });
});

test('a diff tells the files that it changes', () => {
  expect(changedFiles(`${DIFF}--- /dev/null\n+++ b/fs/new.c\n@@ -0,0 +1 @@\n+x\n-- \n2.39.5\n`)).toEqual(['fs/dax.c', 'fs/new.c']);
});
