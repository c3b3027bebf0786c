import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digestSources } from './apt-sources.ts';

async function newHost() {
  const root = await mkdtemp(join(tmpdir(), 'sources-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const dir of ['etc/apt/apt.conf.d', 'etc/apt/sources.list.d', 'var/lib/apt/lists'])
    await mkdir(join(root, dir), { recursive: true });
  await writeFile(join(root, 'etc/apt/sources.list'), 'deb http://mirror.example/debian bookworm main\n');
  return {
    root,
    write: async (path: string, text: string) => writeFile(join(root, 'etc/apt', path), text),
    digest: async (env: NodeJS.ProcessEnv = {}) => digestSources(env, root),
  };
}

test('it stays while nothing changes', async () => {
  const { digest } = await newHost();
  expect(await digest()).toMatch(/^[0-9a-f]{64}$/);
  expect(await digest()).toBe(await digest());
});

test.each([
  ['sources.list', 'deb http://other.example/debian bookworm main\n'],
  ['sources.list.d/backports.sources', 'Types: deb\nURIs: http://mirror.example/debian\n'],
  ['apt.conf.d/80proxy', 'Acquire::http::Proxy "http://proxy.example:3128";\n'],
])('it changes with %s', async (path, text) => {
  const { digest, write } = await newHost();
  const before = await digest();
  await write(path, text);
  expect(await digest()).not.toBe(before);
});

test('it changes with an apt-get update, which names origins and labels', async () => {
  const { root, digest } = await newHost();
  const before = await digest();
  await utimes(join(root, 'var/lib/apt/lists'), 1, 1);
  expect(await digest()).not.toBe(before);
});

test.each([
  'Dir::Etc::sourcelist "/srv/sources.list";',
  'Dir { State "/srv/apt"; };',
  'Dir "/srv";',
  'RootDir "/srv";',
])('where the configuration may move the sources (%s) there is none', async (line) => {
  const { digest, write } = await newHost();
  await write('apt.conf.d/10moved', `${line}\n`);
  expect(await digest()).toBeUndefined();
});

test('other folders of apt may be moved', async () => {
  const { digest, write } = await newHost();
  await write('apt.conf.d/docker-clean', 'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n');
  expect(await digest()).toBeDefined();
});

test('with $APT_CONFIG there is none', async () => {
  const { digest } = await newHost();
  expect(await digest({ APT_CONFIG: '/srv/apt.conf' })).toBeUndefined();
});
