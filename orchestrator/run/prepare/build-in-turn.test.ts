import { expect, test } from 'vitest';
import { UserError } from '../../model/errors.ts';
import type { KernelSpec } from '../../model/matrix.ts';
import { buildInTurn } from './build-in-turn.ts';

function source(name: string, patches: readonly string[]): KernelSpec {
  return {
    kind: 'source',
    name,
    source: { kind: 'debian', package: 'linux-source-6.1', patches },
    base: 'tiny',
    config: ['guest'],
  };
}

const BASE = source('base', []);
const PATCHED = source('patched', ['1', '2']);
const FETCHED: KernelSpec = { kind: 'debian', name: 'debian-6.1', release: 'bookworm', flavour: 'amd64' };

test('kernels are built one after the other, that with most patches first, and none waits that is only fetched', async () => {
  const inTurn = buildInTurn([BASE, PATCHED, FETCHED, BASE]);
  const said: string[] = [];
  const build = async (spec: KernelSpec): Promise<void> =>
    inTurn(spec, async () => {
      said.push(`${spec.name} begins`);
      await Promise.resolve();
      said.push(`${spec.name} ends`);
    });
  await Promise.all([BASE, PATCHED, FETCHED].map(build));
  expect(said.filter((line) => !line.startsWith('debian'))).toEqual([
    'patched begins',
    'patched ends',
    'base begins',
    'base ends',
  ]);
  expect(said.indexOf('debian-6.1 ends')).toBeLessThan(said.indexOf('base begins'));
});

test('a series that does not apply ends the other builds before they begin', async () => {
  const inTurn = buildInTurn([BASE, PATCHED]);
  const refused = new UserError('does not apply', { code: 'patch-failed' });
  const all = await Promise.allSettled([
    inTurn(BASE, async () => Promise.resolve('built')),
    inTurn(PATCHED, async () => Promise.reject(refused)),
  ]);
  expect(all.map((one) => (one.status === 'rejected' ? one.reason === refused : one.value))).toEqual([true, true]);
});

test('a kernel that does not compile is a result: the next one is built', async () => {
  const inTurn = buildInTurn([BASE, PATCHED]);
  const all = await Promise.allSettled([
    inTurn(BASE, async () => Promise.resolve('built')),
    inTurn(PATCHED, async () => Promise.reject(new Error('does not compile'))),
  ]);
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});
