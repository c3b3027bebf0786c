import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { findDebianSource } from '../guests/kernels/build/debian-source.ts';
import { prepareKernel, type PreparedKernel } from '../guests/kernels/prepare-kernel.ts';
import { hashFile } from '../guests/store/digest.ts';
import { cacheDir } from '../orchestrator/model/paths.ts';
import { Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const HOURS = 3600_000;
const tree = join(workspace.dir, 'linux');
const IDENTITY = ['user.name=a', 'user.email=a@b', 'gc.auto=0'].flatMap((word) => ['-c', word]);
const git = async (...words: string[]): Promise<string> =>
  (await execa('git', [...IDENTITY, ...words], { cwd: tree, stripFinalNewline: false })).stdout;

const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(join(tree, path), change(readFileSync(join(tree, path), 'utf8')));
const insert = (path: string, line: string): void => edit(path, (text) => text.replace(/^#include /m, `${line}\n$&`));

interface Build {
  readonly config?: string;
  readonly patches?: readonly string[];
}

/** Of the source as it lies there. A cache of its own has no tree of earlier builds. */
async function build(cache: string, { config = 'guest', patches = [] }: Build): Promise<PreparedKernel> {
  return await prepareKernel(
    {
      kind: 'source',
      name: 'linux',
      source: { kind: 'tree', path: tree, patches },
      base: 'tiny',
      config: config.split(','),
    },
    { cacheDir: join(workspace.dir, cache), log: () => undefined },
  );
}

/** What a kernel and its modules hold, without the id that the linker makes also of the folder that they were built in. */
async function contentOf(kernel: PreparedKernel): Promise<Readonly<Record<string, string>>> {
  const entry = dirname(kernel.image);
  const modules = readdirSync(entry, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ko'));
  const hashes: Record<string, string> = {};
  for (const name of ['System.map', 'config']) hashes[name] = await hashFile(join(entry, name));
  for (const name of ['vmlinux', ...modules.toSorted()]) {
    const bare = join(workspace.dir, 'bare');
    const sections = ['.notes', '.note.gnu.build-id'].map((section) => `--remove-section=${section}`);
    await execa('objcopy', [...sections, join(entry, name), bare]);
    hashes[name] = await hashFile(bare);
  }
  return hashes;
}

/** Saves what lies in the tree as a patch, and takes it away. */
async function asPatch(name: string): Promise<string> {
  await git('add', '--all');
  const file = join(workspace.dir, `${name}.patch`);
  writeFileSync(file, await git('diff', '--cached'));
  await git('reset', '--quiet', '--hard');
  return file;
}

const STEPS: readonly { readonly what: string; readonly anew?: true; readonly make: () => Promise<Build> | Build }[] = [
  { what: 'the first build', make: () => ({}) },
  { what: 'a line of a driver', make: () => (insert('drivers/virtio/virtio.c', 'static int edited __used = 1;'), {}) },
  {
    what: 'a header that a hundred files read',
    make: () => (edit('include/linux/virtio.h', (text) => text.replace('struct virtqueue {', '$&\n\tint edited;')), {}),
  },
  {
    what: 'a commit, and a branch without it',
    make: async () => {
      await git('checkout', '--quiet', '-b', 'edited');
      await git('commit', '--quiet', '--all', '-m', 'edited');
      await git('checkout', '--quiet', 'main');
      return {};
    },
  },
  { what: 'the branch', make: async () => (await git('checkout', '--quiet', 'edited'), {}) },
  {
    what: 'a new file, its line in the makefile, and an option',
    make: () => {
      writeFileSync(
        join(tree, 'lib', 'edited.c'),
        '#include <linux/export.h>\nint edited_lib = CONFIG_EDITED;\nEXPORT_SYMBOL(edited_lib);\n',
      );
      edit('lib/Makefile', (text) => `${text}\nobj-y += edited.o\n`);
      edit('lib/Kconfig', (text) => text.replace(/\nendmenu\n$/, '\nconfig EDITED\n\tint\n\tdefault 7\n\nendmenu\n'));
      return {};
    },
  },
  {
    what: 'a renamed file',
    make: async () => {
      await git('add', '--all');
      await git('mv', 'lib/edited.c', 'lib/renamed.c');
      edit('lib/Makefile', (text) => text.replace('edited.o', 'renamed.o'));
      return {};
    },
  },
  {
    what: 'a patch on top',
    make: async () => {
      await git('commit', '--quiet', '--all', '-m', 'renamed');
      insert('mm/util.c', 'static int patched __used = 1;');
      return { patches: [await asPatch('one')] };
    },
  },
  {
    what: 'another patch behind it',
    make: async () => {
      insert('mm/mmap.c', 'static int patched __used = 2;');
      return { patches: [join(workspace.dir, 'one.patch'), await asPatch('two')] };
    },
  },
  {
    what: 'only the first patch again',
    make: () => ({ patches: [join(workspace.dir, 'one.patch')] }),
  },
  { what: 'an option that is asked for', make: () => ({ config: 'guest,virtio-pmem' }) },
  {
    what: 'a header that hides another',
    anew: true,
    make: () => (writeFileSync(join(tree, 'lib', 'string.h'), '#include_next <string.h>\n'), {}),
  },
  {
    what: 'all of it taken back',
    make: async () => {
      rmSync(join(tree, 'lib', 'string.h'));
      await git('checkout', '--quiet', 'main');
      return {};
    },
  },
];

test(
  'whatever a kernel was built on, it is the kernel of a whole build, and what was not concerned was not compiled',
  { timeout: 3 * HOURS },
  async () => {
    mkdirSync(tree);
    const source = await findDebianSource(
      { kind: 'debian', package: 'linux-source-6.1', patches: [] },
      { cacheDir: cacheDir(), log: () => undefined },
    );
    await source.unpack(tree, join(workspace.dir, 'index'));
    rmSync(join(tree, '.gitignore'));
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'linux');
    for (const [index, { what, anew, make }] of STEPS.entries()) {
      const wanted = await make();
      const start = performance.now();
      const kept = await build('kept', wanted);
      const keptMs = performance.now() - start;
      const whole = await build(`whole-${index}`, wanted);
      process.stdout.write(
        `${what}: ${Math.round(keptMs / 1000)} s on the tree before, ` +
          `${Math.round((performance.now() - start - keptMs) / 1000)} s whole\n`,
      );
      const isAnew = kept.notes.some((note) => note.startsWith('the tree of earlier builds was made anew'));
      expect({ what, isAnew, ...(await contentOf(kept)) }).toEqual({
        what,
        isAnew: anew === true,
        ...(await contentOf(whole)),
      });
      rmSync(join(workspace.dir, `whole-${index}`), { recursive: true });
    }
  },
);
