import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packageData } from '../../orchestrator/model/package-data.ts';
import { asNormalUser } from '../../orchestrator/model/testing/as-normal-user.ts';
import { buildCanary } from './build-canary.ts';

/** A kernel tree as far as `make -C TREE M=COPY modules` knows it: what its Makefile does stands for the compiler. */
async function newTree(recipe: string, autoConf = 'CONFIG_MODULES=y\n') {
  const dir = await mkdtemp(join(tmpdir(), 'canary-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const kbuild = join(dir, 'linux');
  for (const [name, text] of Object.entries({
    Makefile: `modules:\n\t${recipe}\n`,
    'include/config/auto.conf': autoConf,
    'include/generated/autoconf.h': '',
    'Module.symvers': '',
  })) {
    await mkdir(dirname(join(kbuild, name)), { recursive: true });
    await writeFile(join(kbuild, name), text);
  }
  const lines: string[] = [];
  const context = { cacheDir: join(dir, 'cache'), log: (line: string) => void lines.push(line) };
  return { kernel: { name: 'mine', release: '6.9.0', digest: 'd1', kbuild }, context, lines };
}

const COMPILE =
  '@test -f $(M)/pmemrig_canary.c && echo $(LLVM)$(M) > $(M)/pmemrig_canary.ko && echo "warning: the compiler differs from the one used to build the kernel"';

test('the module is compiled in a copy, kept, and not compiled again for the same kernel', async () => {
  const { kernel, context, lines } = await newTree(COMPILE);
  const first = await buildCanary(kernel, context);
  if (first.kind !== 'built') throw new Error(first.reason);
  expect(await readFile(first.path, 'utf8')).toContain(join(context.cacheDir, 'canaries'));
  expect(await readdir(dirname(first.path))).toEqual(['pmemrig_canary.ko']);
  expect(lines).toContainEqual(expect.stringContaining('the compiler differs'));

  const built = lines.length;
  expect(await buildCanary(kernel, context)).toEqual(first);
  expect(lines).toHaveLength(built);
  expect(await buildCanary({ ...kernel, digest: 'd2' }, context)).not.toEqual(first);
});

test('its source may lie in a folder that the user cannot write to', async () => {
  const { kernel, context } = await newTree(COMPILE);
  // asNormalUser becomes another user, if root runs the tests.
  await chmod(dirname(context.cacheDir), 0o777);
  const made = await asNormalUser([packageData('guests/canary/module')], async () => buildCanary(kernel, context));
  expect(made.kind).toBe('built');
});

test('a kernel that clang built gets a module that clang built', async () => {
  const { kernel, context } = await newTree(COMPILE, 'CONFIG_CC_IS_CLANG=y\n');
  const made = await buildCanary(kernel, context);
  expect(made.kind === 'built' && (await readFile(made.path, 'utf8'))).toMatch(/^1\//);
});

test('a kernel without a build tree is reported as such', async () => {
  const {
    kernel: { kbuild: _, ...kernel },
    context,
  } = await newTree(COMPILE);
  expect(await buildCanary(kernel, context)).toEqual({
    kind: 'impossible',
    reason: expect.stringContaining('no modules can be built for mine') as string,
  });
});

test.each([
  [
    '@pmemrig-no-such-gcc || { echo "/bin/sh: 1: gcc: not found"; exit 2; }',
    { code: 'no-compiler', remedy: expect.stringContaining('gcc') as string },
  ],
  [
    '@echo "pmemrig_canary.c:1:2: error: too new"; exit 2',
    { code: 'tool-failed', message: expect.stringContaining('error: too new') as string },
  ],
])("a build that fails by `%s` is the host's fault, and leaves nothing", async (recipe, error) => {
  const { kernel, context } = await newTree(recipe);
  await expect(buildCanary(kernel, context)).rejects.toMatchObject({ name: 'InfraError', ...error });
  expect(await readdir(join(context.cacheDir, 'canaries'))).toEqual([]);
});
