import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { GUEST_ARCHITECTURE } from '../../model/architecture.ts';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { UserError } from '../../model/errors.ts';
import type { ImageSpec } from '../../model/matrix.ts';
import type { XfstestsTree } from '../../../matrices/suites/xfstests.ts';
import { type CatalogueTest, parseGroupList } from './group-list.ts';

/** What planning knows of a tree: its tests by folder (`generic`, `ext4`, …). */
export type Catalogue = ReadonlyMap<string, readonly CatalogueTest[]>;

/** Architectures by e_machine of an ELF header (elf.h). */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'i386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  183: 'aarch64',
  243: 'riscv',
  258: 'loongarch',
};
/** Built first of all, and called by many tests. */
const SAMPLE_BINARY = join('ltp', 'fsstress');

const known = new Map<string, Catalogue>();

/**
 * The tests of a built tree, without a guest. Read once a process: a plan asks for every cell.
 * @throws UserError for what is no tree, a tree that is not built, or one built for another architecture
 */
export function readCatalogue(tree: XfstestsTree, image: ImageSpec): Catalogue {
  const key = JSON.stringify(tree.at === 'host' ? tree : [tree, image]);
  const there = known.get(key);
  if (there) return there;
  const catalogue = tree.at === 'host' ? readHost(tree.path) : readImage(tree.path, image);
  known.set(key, catalogue);
  return catalogue;
}

function readHost(path: string): Catalogue {
  return statSync(path).isDirectory() ? readFolder(path, path) : readTarball(path, path);
}

function readImage(path: string, image: ImageSpec): Catalogue {
  const label = `${path} of the image ${image.name}`;
  switch (image.kind) {
    case 'debian':
      throw new UserError(
        `the image ${image.name} is one that the rig builds of Debian's packages, and none of these holds xfstests`,
        {
          code: 'no-xfstests-tree',
          remedy: 'name a built tree of this host with tree:, or an image of your own that has it',
        },
      );
    case 'tree':
      return readFolder(join(image.path, path), label);
    case 'tarball':
      return readTarball(image.path, label, path);
    case 'disk':
      return inTemporaryFolder((dir) => {
        execaSync('debugfs', ['-R', `rdump ${path}/tests ${dir}`, image.path], { reject: false });
        return readFolder(dir, label, { partial: true });
      });
    default:
      return image satisfies never;
  }
}

/** Only what is looked at is unpacked. The tree may lie below a folder of its own, as `tar c xfstests` packs it. */
function readTarball(tarball: string, label: string, below = ''): Catalogue {
  return inTemporaryFolder((dir) => {
    const wanted = ['*/group.list', `*${SAMPLE_BINARY}`, 'check', '*/check'];
    const result = execaSync(
      'tar',
      [
        '--extract',
        '--auto-compress',
        '--file',
        tarball,
        '--directory',
        dir,
        '--wildcards',
        '--no-anchored',
        ...wanted,
      ],
      { reject: false },
    );
    const top = [join(dir, below), ...readdirSync(dir).map((name) => join(dir, name))].find((folder) =>
      existsSync(join(folder, 'check')),
    );
    if (top !== undefined) return readFolder(top, label);
    throw notATree(
      label,
      result.exitCode === 0 ? 'it has no check' : `tar says ${result.stderr.trim().split('\n').at(0) ?? 'nothing'}`,
    );
  });
}

function readFolder(dir: string, label: string, { partial = false } = {}): Catalogue {
  if (!partial && !existsSync(join(dir, 'check'))) throw notATree(label, 'it has no check');
  if (!existsSync(join(dir, 'tests'))) throw notATree(label, 'it has no folder tests');
  const folders = readdirSync(join(dir, 'tests')).filter((name) => existsSync(join(dir, 'tests', name, 'group.list')));
  if (!folders.includes('generic')) {
    throw new UserError(`${label} is not built: tests/generic/group.list, which its build writes, is not there`, {
      code: 'xfstests-not-built',
      remedy: 'run make in it, on the Debian release of the image',
    });
  }
  checkArchitecture(join(dir, SAMPLE_BINARY), label);
  return new Map(
    folders
      .toSorted()
      .map((name) => [name, parseGroupList(name, readFileSync(join(dir, 'tests', name, 'group.list'), 'utf8'))]),
  );
}

/**
 * Whether its libraries are those of the image is for the guest to show. A tree of scripts alone has no binary to look
 * at.
 */
function checkArchitecture(binary: string, label: string): void {
  const header = Buffer.alloc(20);
  try {
    const file = openSync(binary, 'r');
    readSync(file, header);
    closeSync(file);
  } catch {
    return;
  }
  const machine = header.readUInt16LE(18);
  if (header.toString('latin1', 1, 4) !== 'ELF' || machine === GUEST_ARCHITECTURE.elfMachine) return;
  throw new UserError(
    `${label} is built for ${MACHINES[machine] ?? `machine ${machine}`} (${SAMPLE_BINARY}), ` +
      `and the guests are ${GUEST_ARCHITECTURE.name}`,
    { code: 'xfstests-architecture', remedy: `build it on ${GUEST_ARCHITECTURE.name}` },
  );
}

function notATree(label: string, why: string): UserError {
  return new UserError(`${label} is no xfstests tree: ${why}`, {
    code: 'not-xfstests',
    remedy: 'name the top folder of a built xfstests, or a tarball of it',
  });
}

function inTemporaryFolder<T>(use: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-xfstests-'));
  try {
    return use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
