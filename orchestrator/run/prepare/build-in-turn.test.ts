import { expect, test } from 'vitest';
import { UserError } from '../../model/errors.ts';
import type { KernelSpec, SourceKernelSpec } from '../../model/matrix.ts';
import { buildInTurn } from './build-in-turn.ts';

function source(name: string, patches: readonly string[]): SourceKernelSpec {
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

test('kernels are built one after the other, that with fewest patches first, and none waits that is only fetched', async () => {
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
    'base begins',
    'base ends',
    'patched begins',
    'patched ends',
  ]);
  expect(said.indexOf('debian-6.1 ends')).toBeLessThan(said.indexOf('patched begins'));
});

test('each hears of those of its source whose turn is later, and of no other', async () => {
  const elsewhere: KernelSpec = {
    ...PATCHED,
    name: 'elsewhere',
    source: { kind: 'tree', path: '/linux', patches: ['3'] },
  };
  const inTurn = buildInTurn([PATCHED, elsewhere, BASE]);
  const heard = [PATCHED, elsewhere, BASE].map(async (spec) =>
    inTurn(spec, async (others) => Promise.resolve(others.map(({ name }) => name))),
  );
  expect(await Promise.all(heard)).toEqual([[], [], ['patched']]);
});

test('a series that does not apply ends the other builds before they begin', async () => {
  const inTurn = buildInTurn([BASE, PATCHED]);
  const refused = new UserError('does not apply', { code: 'patch-failed' });
  const all = await Promise.allSettled([
    inTurn(BASE, async () => Promise.reject(refused)),
    inTurn(PATCHED, async () => Promise.resolve('built')),
  ]);
  expect(all.map((one) => (one.status === 'rejected' ? one.reason === refused : one.value))).toEqual([true, true]);
});

test('a kernel that does not compile is a result: the next one is built', async () => {
  const inTurn = buildInTurn([BASE, PATCHED]);
  const all = await Promise.allSettled([
    inTurn(BASE, async () => Promise.reject(new Error('does not compile'))),
    inTurn(PATCHED, async () => Promise.resolve('built')),
  ]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});
