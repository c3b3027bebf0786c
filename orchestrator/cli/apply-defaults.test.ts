import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { configCommand } from '../commands/config.ts';
import { findDefaultsFiles, type Place } from '../commands/defaults/find-files.ts';
import { PACKAGE_ROOT } from '../model/package-root.ts';
import { applyDefaults, builtInDefaults, nameUsed } from './apply-defaults.ts';

let top: string;
let place: Place;

beforeEach(() => {
  vi.resetModules();
  top = mkdtempSync(join(tmpdir(), 'pmemrig-defaults-'));
  mkdirSync(join(top, 'work/linux/drivers'), { recursive: true });
  mkdirSync(join(top, 'xdg/pmemrig'), { recursive: true });
  place = {
    cwd: join(top, 'work/linux/drivers'),
    env: { XDG_CONFIG_HOME: join(top, 'xdg') },
    uid: process.getuid?.() ?? -1,
  };
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(top, { recursive: true, force: true });
});

/** Three files: the user's, and two above the working folder. */
function writeFiles(own: string, outer: string, near: string): void {
  writeFileSync(join(top, 'xdg/pmemrig/config.yaml'), own);
  writeFileSync(join(top, 'work/.pmemrig.yaml'), outer);
  writeFileSync(join(top, 'work/linux/.pmemrig.yaml'), near);
}

/** The options of a verb for what was typed, and the flags that come from files. */
async function optionsOf(typed: string, env: NodeJS.ProcessEnv = {}) {
  const verb = await parse(typed);
  await applyDefaults(verb, { ...place, env: { ...place.env, ...env } });
  const { defaults, ...options } = verb.opts<Record<string, unknown>>();
  const used = (defaults ?? []) as { readonly flag: string; readonly text: string }[];
  return { options, used: used.map(({ flag, text }) => `${flag} ${text}`) };
}

async function parse(typed: string): Promise<Command> {
  const { program } = await import('./program.ts');
  let verb: Command | undefined;
  const disarm = (command: Command): void => {
    if (command.commands.length === 0) command.action((...all: unknown[]) => void (verb = all.at(-1) as Command));
    command.commands.forEach(disarm);
  };
  disarm(program);
  await program.parseAsync(typed.split(' '), { from: 'user' });
  if (!verb) throw new Error('no verb ran');
  return verb;
}

test('a flag wins over the nearest file, that over the own one, that over the built-in; an outer file is not read', async () => {
  writeFiles(
    'cpus: 3\nmemory: 3G\nsize: 3G\npmem: virtio-pmem\n',
    'cpus: 5\nappend: never\nnonsense: 1\n',
    'cpus: 4\nmemory: 4G\n',
  );
  const { options, used } = await optionsOf('once --cpus 6');
  expect(options).toMatchObject({ cpus: 6, memory: '4G', size: '3G', pmem: ['virtio-pmem'], image: 'bookworm' });
  expect(options).not.toHaveProperty('append');
  expect(used).toEqual(['--pmem virtio-pmem', '--size 3G', '--memory 4G']);
  expect((await optionsOf('once')).options).toMatchObject({ cpus: 4 });
  expect((await optionsOf('once', { PMEMRIG_NO_CONFIG: '1' })).options).toMatchObject({ cpus: 2, memory: '2G' });
});

test('a list that was typed replaces that of a file', async () => {
  writeFiles('', '', 'pmem: [nvdimm, virtio-pmem]\nfs: [xfs-dax]\n');
  expect((await optionsOf('once --pmem e820')).options).toMatchObject({ pmem: ['e820'], fs: ['xfs-dax'] });
  expect((await optionsOf('series a.mbox --base x')).used).toEqual(['--pmem nvdimm,virtio-pmem']);
  expect((await optionsOf('shell')).used).toEqual(['--pmem nvdimm', '--fs xfs-dax']);
});

test('paths count from their file; names stay names', async () => {
  writeFiles('kernel: bookworm\nruns: $HERE/r\n', '', 'kernel: .\nconfig: [+kasan, +./my.config]\nconfig-base: base\n');
  const linux = join(top, 'work/linux');
  expect((await optionsOf('once', { HERE: '/h' })).used).toEqual([
    `--kernel ${linux}`,
    `--config +kasan,+${linux}/my.config`,
    '--base base',
    '--runs /h/r',
  ]);
  expect((await optionsOf('series a.mbox --base x', { HERE: '/h' })).used).toContain('--config-base base');
  rmSync(join(linux, '.pmemrig.yaml'));
  expect((await optionsOf('once', { HERE: '/h' })).used[0]).toBe('--kernel bookworm');
  await expect(optionsOf('once')).rejects.toMatchObject({
    message: 'the environment variable HERE is not set',
    position: { file: join(top, 'xdg/pmemrig/config.yaml'), line: 2, column: 7 },
  });
});

test('a verb takes what it has flags for, and nothing against what was typed or the environment', async () => {
  writeFiles('', '', 'retries: 2\njobs: 3\ncpus: 4\nruns: r\n');
  const runs = `--runs ${join(top, 'work/linux/r')}`;
  expect((await optionsOf('run m.yaml')).used).toEqual(['--jobs 3', '--retries 2', runs]);
  expect((await optionsOf('run m.yaml --repeat 5')).used).toEqual(['--jobs 3', runs]);
  expect((await optionsOf('run --resume latest')).used).toEqual(['--jobs 3', runs]);
  expect((await optionsOf('compare a b')).used).toEqual([runs]);
  expect((await optionsOf('compare m.yaml --kernels a,b')).used).toEqual(['--jobs 3', '--retries 2', runs]);
  expect((await optionsOf('history', { PMEMRIG_RUNS: '/r' })).used).toEqual([]);
});

test('a verb without such flags does not look at the files', async () => {
  writeFiles('', '', 'a: [');
  await expect(optionsOf('schema')).resolves.toMatchObject({ used: [] });
  await expect(optionsOf('once')).rejects.toMatchObject({ code: 'yaml-syntax' });
});

test('an error that speaks of a flag says which file it comes from', async () => {
  writeFiles('', '', 'cpus: 4\nkernel: gone\n');
  await optionsOf('once --cpus 3');
  const shown = nameUsed('pmemrig: --kernel gone: no such file');
  expect(shown).toBe(
    `pmemrig: --kernel gone: no such file\n  --kernel gone is from ${join(top, 'work/linux/.pmemrig.yaml')}:2:9`,
  );
  expect(nameUsed('--kernels and --cpus')).toBe('--kernels and --cpus');
});

test('a file that another user could have put there is left alone with a warning', () => {
  writeFiles('cpus: 3\n', 'cpus: 5\n', 'cpus: 4\n');
  const near = join(top, 'work/linux/.pmemrig.yaml');
  expect(findDefaultsFiles(place).paths).toEqual([near, join(top, 'xdg/pmemrig/config.yaml')]);
  // As if we were somebody else; root's own files are trusted by all.
  if (place.uid === 0) return;
  const { paths, warnings } = findDefaultsFiles({ ...place, uid: place.uid + 1 });
  expect(paths).toEqual([join(top, 'xdg/pmemrig/config.yaml')]);
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toContain(`${near} is left alone: it, or its folder, belongs to another user (uid ${place.uid})`);
  const asRoot = { ...place, uid: 0 };
  expect(findDefaultsFiles(asRoot).warnings).toHaveLength(2);
  expect(findDefaultsFiles({ ...asRoot, env: { ...place.env, SUDO_UID: String(place.uid) } }).paths[0]).toBe(near);
});

test.skipIf(process.getuid?.() !== 0)('neither is one in a folder of another user, nor a link of theirs', async () => {
  const { chownSync, lchownSync } = await import('node:fs');
  writeFiles('', '', 'cpus: 4\n');
  chownSync(join(top, 'work/linux'), 1234, 1234);
  expect(findDefaultsFiles(place).paths[0]).toBe(join(top, 'work/.pmemrig.yaml'));
  rmSync(join(top, 'work/.pmemrig.yaml'));
  symlinkSync(join(top, 'xdg/pmemrig/config.yaml'), join(top, 'work/.pmemrig.yaml'));
  lchownSync(join(top, 'work/.pmemrig.yaml'), 1234, 1234);
  expect(findDefaultsFiles(place).warnings).toHaveLength(2);
});

test.each([
  ['once', '', 2, 'unknown key "cpu"'],
  ['once --bisect -- x', '', 255, 'unknown key "cpu"'],
  ['once --bisect --nope', '1', 255, "unknown option '--nope'"],
  ['once --nope -- --bisect', '1', 2, "unknown option '--nope'"],
])('%s (without defaults: "%s") exits %i: git takes a 2 for a bad commit', async (typed, without, status, message) => {
  writeFiles('', '', 'cpu: 4\n');
  const loader = join(PACKAGE_ROOT, 'orchestrator/testing/run-typescript.mjs');
  const { exitCode, stderr } = await execa(
    process.execPath,
    ['--import', loader, join(PACKAGE_ROOT, 'orchestrator/cli.ts'), ...typed.split(' ')],
    { cwd: place.cwd, env: { ...place.env, PMEMRIG_NO_CONFIG: without }, reject: false },
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: status, stderr: expect.stringContaining(message) as string });
});

test('what cannot be read is an error, not a file without defaults', async () => {
  writeFiles('', '', '');
  rmSync(join(top, 'work/linux/.pmemrig.yaml'));
  mkdirSync(join(top, 'work/linux/.pmemrig.yaml'));
  const path = join(top, 'work/linux/.pmemrig.yaml');
  await expect(optionsOf('once')).rejects.toMatchObject({
    message: `these defaults cannot be read: ${path} is a folder`,
    remedy: 'name the file in it',
    position: { file: path },
  });
  rmSync(path, { recursive: true });
  writeFileSync(path, Buffer.from([0xff, 0xfe]));
  await expect(optionsOf('once')).rejects.toMatchObject({ code: 'not-utf8', position: { file: path } });
  rmSync(path);
  symlinkSync('nowhere', path);
  await expect(optionsOf('once')).rejects.toMatchObject({ code: 'no-such-file', position: { file: path } });
  rmSync(path);
  writeFileSync(path, 'cpus: 4\n');
  if (place.uid === 0) return;
  chmodSync(path, 0);
  await expect(optionsOf('once')).rejects.toMatchObject({ code: 'no-permission' });
});

test('`pmemrig config` shows each value and where it comes from', async () => {
  writeFiles('cpus: 3\nmemory: 3G\n', 'cpus: 5\n', '# mine\ncpus: 4\n');
  const { program } = await import('./program.ts');
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => (text += String(part)) !== '');
  const env = { ...place.env, PMEMRIG_RUNS: '/r' };
  await configCommand(builtInDefaults(program), {}, { ...place, env });
  const rows = new Map(text.split('\n').map((row) => [row.split(' ')[0], row.split(/ {2,}/).slice(1)]));
  expect(rows.get('cpus')).toEqual(['4', `${join(top, 'work/linux/.pmemrig.yaml')}:2`]);
  expect(rows.get('memory')).toEqual(['3G', `${join(top, 'xdg/pmemrig/config.yaml')}:2`]);
  expect(rows.get('runs')).toEqual(['/r', '$PMEMRIG_RUNS']);
  expect(rows.get('image')).toEqual(['bookworm', 'built-in']);
  text = '';
  await configCommand(builtInDefaults(program), { json: true }, place);
  expect(JSON.parse(text)).toContainEqual({
    key: 'cpus',
    value: '4',
    origin: 'file',
    file: join(top, 'work/linux/.pmemrig.yaml'),
    line: 2,
    column: 7,
  });
});
