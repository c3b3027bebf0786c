import { expect, test } from 'vitest';
import { expandPath } from './paths.ts';

const expand = (text: string) => expandPath(text, '/base', { HOME: '/home/me', TREE: '/src/linux' });

test.each([
  ['~/x', '/home/me/x'],
  ['$TREE/out', '/src/linux/out'],
  ['${TREE}-6/out', '/src/linux-6/out'],
  ['a/~', '/base/a/~'],
  ['$$TREE', '/base/$TREE'],
  ['$${TREE}', '/base/${TREE}'],
  ['$$$TREE', '/base/$/src/linux'],
  ['cost$', '/base/cost$'],
])('%s is %s', (text, path) => expect(expand(text)).toEqual({ ok: true, path }));

test('an unset variable is refused', () =>
  expect(expand('$GONE/x')).toMatchObject({ ok: false, message: 'the environment variable GONE is not set' }));
