import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { PACKAGE_DATA, packageData } from './package-data.ts';
import { PACKAGE_ROOT } from './package-root.ts';

let packed: readonly string[];

beforeAll(async () => {
  // Without scripts: prepack would build anew what others may be running. e2e/installed-package.test.ts packs in
  // earnest.
  const { stdout } = await execa('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: PACKAGE_ROOT });
  const [list] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  packed = list.files.map(({ path }) => path);
});

test.each(PACKAGE_DATA)('the package has all of %s', (path) => {
  const isFolder = statSync(packageData(path)).isDirectory();
  const files = isFolder
    ? readdirSync(packageData(path), { recursive: true, encoding: 'utf8' })
        // Tests beside the page's scripts, and what their types are checked by.
        .filter((name) => !/\.ts$|^tsconfig\.json$/.test(name))
        .map((name) => join(path, name))
    : [path];
  expect(files).not.toEqual([]);
  expect(packed).toEqual(expect.arrayContaining(files));
});

test('the package has every matrix and document of the checkout', () => {
  const files = ['matrices', 'docs'].flatMap((folder) =>
    readdirSync(join(PACKAGE_ROOT, folder))
      .filter((name) => /\.(yaml|md)$/.test(name))
      .map((name) => join(folder, name)),
  );
  expect(packed).toEqual(expect.arrayContaining([...files, 'pmemrig.mjs', 'README.md', 'CHANGELOG.md', 'LICENSE']));
});

test('the package has no sources of ours in TypeScript, no tests, and nothing that only tests and benchmarks use', () => {
  expect(packed.filter((path) => /(?<!\.d)\.ts$|\.test\.|(^|\/)(testdata|testing|e2e|bench)\//.test(path))).toEqual([]);
});
