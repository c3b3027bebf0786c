import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../model/package-root.ts';

const { bin } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { bin: { pmemrig: string } };
const dir = mkdtempSync(join(tmpdir(), 'pmemrig-command-'));
const link = join(dir, '.bin', 'pmemrig');

beforeAll(() => {
  mkdirSync(join(dir, '.bin'));
  mkdirSync(join(dir, 'checkout'));
  copyFileSync(join(PACKAGE_ROOT, bin.pmemrig), join(dir, 'checkout', bin.pmemrig));
  writeFileSync(join(dir, 'checkout', 'bootstrap.mjs'), '');
  symlinkSync(join('..', 'checkout', bin.pmemrig), link);
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('what npm links as the command is in the repository, and can be executed', () => {
  expect(bin.pmemrig).not.toMatch(/^dist/);
  expect(() => accessSync(join(PACKAGE_ROOT, bin.pmemrig), constants.X_OK)).not.toThrow();
});

test('before the first build, the command shows what to type', async () => {
  const { exitCode, stdout, stderr } = await execa(link, ['--version'], { reject: false, cwd: join(dir, 'checkout') });
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'pmemrig: this checkout is not built yet\n  fix: node bootstrap.mjs setup',
  });
});

test('a package without its built code asks for another one, not for a file that it never has', async () => {
  const broken = join(dir, 'package');
  mkdirSync(broken);
  copyFileSync(join(PACKAGE_ROOT, bin.pmemrig), join(broken, bin.pmemrig));
  const { exitCode, stderr } = await execa(join(broken, bin.pmemrig), ['--version'], { reject: false });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: `pmemrig: the package in ${broken} holds no built code\n  fix: install it again, from what \`npm pack\` makes in a checkout`,
  });
});

test('the command is the built CLI: its arguments, its process, its exit status', async () => {
  const built = join(dir, 'checkout', 'dist', 'orchestrator');
  mkdirSync(built, { recursive: true });
  writeFileSync(join(dir, 'checkout', 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(built, 'cli.js'),
    "console.log(process.pid, process.argv.slice(2).join('|')); process.exitCode = 3;",
  );
  const child = execa(link, ['run', 'a b'], { reject: false });
  const { pid } = child;
  expect(await child).toMatchObject({ exitCode: 3, stdout: `${pid} run|a b` });
});
