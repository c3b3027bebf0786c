import { expect, test } from 'vitest';
import { findBase } from './find-base.ts';

const CONTEXT = { cacheDir: '/nowhere', log: () => undefined };

test("a file's text is at hand, under its path", async () => {
  const { base, description, notes } = await findBase({ file: import.meta.filename }, CONTEXT);
  expect(base).toMatchObject({ name: import.meta.filename, text: expect.stringContaining('at hand') });
  expect([description, notes]).toStrictEqual([import.meta.filename, []]);
});

test('a file that is not there is the users to mend', async () => {
  await expect(findBase({ file: '/nowhere/config' }, CONTEXT)).rejects.toMatchObject({
    name: 'UserError',
    code: 'unreadable-kconfig',
  });
});

test.each(['tiny', 'defconfig'] as const)('%s is made by the source itself', async (base) => {
  expect(await findBase(base, CONTEXT)).toStrictEqual({ base, description: base, notes: [] });
});
