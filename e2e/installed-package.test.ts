import { cpSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { endOf, latestRun, readEvents, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const checkout = join(workspace.dir, 'checkout');
const prefix = join(workspace.dir, 'prefix');
const installed = join(prefix, 'node_modules', 'pmemrig');
/** Neither the checkout nor the package. */
const elsewhere = join(workspace.dir, 'elsewhere');

let packed: readonly string[];

beforeAll(async () => {
  for (const dir of [prefix, elsewhere]) mkdirSync(dir);
  // A copy that was never built: it shows that prepack builds, and the tests beside this one run from the checkout's
  // own build.
  const left = new Set(['.git', 'dist', 'node_modules'].map((name) => join(PACKAGE_ROOT, name)));
  cpSync(PACKAGE_ROOT, checkout, { recursive: true, filter: (path) => !left.has(path) });
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(checkout, 'node_modules'));
  const pack = await execa('npm', ['pack', '--json', '--pack-destination', workspace.dir], { cwd: checkout });
  const [made] = JSON.parse(pack.stdout) as [{ filename: string; files: { path: string }[] }];
  packed = made.files.map(({ path }) => path);
  const install = [
    'install',
    '--omit=dev',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--prefix',
    prefix,
  ];
  await execa('npm', [...install, join(workspace.dir, made.filename)], { cwd: elsewhere });
});

/** The command as npm links it. */
async function pmemrig(...args: string[]) {
  return execa(join(prefix, 'node_modules', '.bin', 'pmemrig'), args, {
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', PMEMRIG_RUNS: workspace.runs, GITHUB_ACTIONS: '' },
    cwd: elsewhere,
  });
}

/** Each file of the installed package, with what changes when it is written to. */
function listInstalled(): string[] {
  return readdirSync(installed, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path, stats: lstatSync(join(installed, path)) }))
    .map(({ path, stats }) => `${path} ${stats.size} ${stats.mtimeMs}`)
    .toSorted();
}

test('npm pack builds the code and the man page, and packs no test', () => {
  expect(packed).toEqual(expect.arrayContaining(['dist/orchestrator/cli.js', 'dist/pmemrig.1']));
  expect(packed.filter((path) => /\.test\.|(^|\/)(testdata|testing|e2e|bench)\//.test(path))).toEqual([]);
});

test('an installed package lists a shipped matrix and boots a guest, from any folder, and writes nothing into its own', async () => {
  const before = listInstalled();
  expect(await pmemrig('--version')).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  const list = await pmemrig('list', join(installed, 'matrices', 'smoke.yaml'));
  expect(list).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('virtio-pmem/ext4-dax/fio') });

  const guest = ['--kernel', 'bookworm', '--pmem', 'virtio-pmem', '--size', '64M', '--cpus', '1', '--memory', '1G'];
  const once = await pmemrig('once', ...guest, '--', 'true');
  expect(once).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('pass') });
  expect(endOf(readEvents(latestRun(workspace)), 'command/true').status).toBe('pass');

  expect(listInstalled()).toEqual(before);
  expect(readdirSync(elsewhere)).toEqual([]);
});
