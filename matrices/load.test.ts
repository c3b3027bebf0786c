import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeError } from '../orchestrator/model/errors.ts';
import { loadMatrix, parseMatrix } from './load.ts';

const OPTIONS = { env: { HOME: '/home/me', TREE: '/src/linux' }, offered: { fio: ['one', 'two'] } };
const HEAD =
  'version: 1\nname: test\npmem: [{ name: p, devices: [{ kind: nvdimm, size: 64M }] }]\nsuites: [{ name: fio }]\n';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pmemrig-matrix-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function loadText(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(dir, name), content);
  return load(join(dir, name));
}

/** The error as the terminal shows it, with the scratch folder as DIR. */
async function load(path: string): Promise<string> {
  const shown = await loadMatrix(path, OPTIONS).then(({ matrix }) => JSON.stringify(matrix), describeError);
  return shown.replaceAll(dir, 'DIR');
}

function withModules(modules: string): string {
  return `${HEAD}kernels: [{ name: k, image: bzImage, modules: ${modules} }]\n`;
}

function fakeBzImage(release: string): Buffer {
  const image = Buffer.alloc(0x400);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x100, 0x20e);
  image.write(`${release} (someone@somewhere) #1 SMP\0`, 0x300, 'latin1');
  return image;
}

test('the least matrix gets every default', () => {
  const matrix = parseMatrix(`${HEAD}kernels: [{ name: k, debian: { release: bookworm } }]\n`, 'm.yaml', OPTIONS);
  expect(matrix).toEqual({
    name: 'test',
    guest: { cpus: 2, memoryBytes: 2 ** 31, append: [] },
    kernels: [{ kind: 'debian', name: 'k', release: 'bookworm', flavour: 'amd64' }],
    images: [{ kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] }],
    pmem: [
      { name: 'p', devices: [{ kind: 'nvdimm', sizeBytes: 2 ** 26, namespace: 'fsdax', labelSizeBytes: 2 ** 21 }] },
    ],
    filesystems: [{ name: 'none', type: 'none', mountOptions: '', mkfsOptions: [] }],
    suites: [{ kind: 'fio', name: 'fio', jobs: ['one', 'two'], fitting: true, runtimeSec: 5, sizeBytes: 2 ** 27 }],
    include: [],
    exclude: [],
    known: [],
  });
});

test.each([
  ['tiny', 'tiny'],
  ['debian/bookworm', { debian: { release: 'bookworm', flavour: 'amd64' } }],
  ['debian/bookworm-backports/cloud-amd64', { debian: { release: 'bookworm-backports', flavour: 'cloud-amd64' } }],
  ['./debian/bookworm', { file: join(process.cwd(), 'debian/bookworm') }],
  ['debianish/config', { file: join(process.cwd(), 'debianish/config') }],
])('the base %s', (base, expected) => {
  const matrix = parseMatrix(
    `${HEAD}kernels: [{ name: k, source: { debian: linux-source-6.1 }, base: ${base} }]\n`,
    'm.yaml',
    OPTIONS,
  );
  expect(matrix.kernels).toMatchObject([{ base: expected }]);
});

test('every key is understood', () => {
  const matrix = parseMatrix(
    `
version: 1
name: all
qemu: ~/qemu/build/qemu-system-x86_64
guest: { cpus: 4, memory: 1G, append: "quiet dyndbg=+p", boot: fork }
kernels: [{ name: mine, image: $TREE/arch/x86/boot/bzImage, modules: "\${TREE}/out" }]
images: [{ name: a, tree: root }, { name: b, tarball: ../b.tar }, { name: c, disk: /c.img }]
pmem:
  - name: mixed
    devices:
      - { kind: nvdimm, size: 64M, namespace: sector, labels: false }
      - { kind: virtio-pmem, size: 64M, namespace: fsdax }
      - { kind: e820, size: 67108864, namespace: devdax }
      - { kind: virtio-blk, size: 0.5G }
filesystems: [{ name: f, type: ext4, mount: "dax=always,noatime", mkfs: -b 4096 }]
suites:
  - { name: quick, kind: fio, jobs: [two], runtime: 2.5s, size: 16M }
  - { name: command, run: ./repro.sh --fast, timeout: 2m }
  - { name: ls, kind: command, run: [ls, -l, a b], upload: stuff, timeout: 9 }
include: [{ pmem: mixed, suite: [quick, "com*"] }]
exclude: [{ kernel: "*", image: "[ab]", filesystem: f, reason: why }]
known: [{ title: "WARNING: *", signature: "*lock*", reason: old, link: "https://example.org", kernels: ">=6.1 <6.6", expires: 2027-01-31 }]
`,
    '/here/m.yaml',
    OPTIONS,
  );
  expect(matrix).toEqual({
    name: 'all',
    qemu: '/home/me/qemu/build/qemu-system-x86_64',
    guest: { cpus: 4, memoryBytes: 2 ** 30, append: ['quiet', 'dyndbg=+p'], boot: 'fork' },
    kernels: [{ kind: 'image', name: 'mine', image: '/src/linux/arch/x86/boot/bzImage', modules: '/src/linux/out' }],
    images: [
      { kind: 'tree', name: 'a', path: '/here/root' },
      { kind: 'tarball', name: 'b', path: '/b.tar' },
      { kind: 'disk', name: 'c', path: '/c.img' },
    ],
    pmem: [
      {
        name: 'mixed',
        devices: [
          { kind: 'nvdimm', sizeBytes: 2 ** 26, namespace: 'sector', labelSizeBytes: 0 },
          { kind: 'virtio-pmem', sizeBytes: 2 ** 26 },
          { kind: 'e820', sizeBytes: 2 ** 26, namespace: 'devdax' },
          { kind: 'virtio-blk', sizeBytes: 2 ** 29 },
        ],
      },
    ],
    filesystems: [{ name: 'f', type: 'ext4', mountOptions: 'dax=always,noatime', mkfsOptions: ['-b', '4096'] }],
    suites: [
      { kind: 'fio', name: 'quick', jobs: ['two'], runtimeSec: 2.5, sizeBytes: 2 ** 24 },
      { kind: 'command', name: 'command', upload: '/here/repro.sh', argv: ['./repro.sh', '--fast'], timeoutSec: 120 },
      { kind: 'command', name: 'ls', upload: '/here/stuff', argv: ['ls', '-l', 'a b'], timeoutSec: 9 },
    ],
    include: [{ pmem: ['mixed'], suite: ['quick', 'com*'] }],
    exclude: [{ kernel: ['*'], image: ['[ab]'], filesystem: ['f'], reason: 'why' }],
    known: [
      {
        title: 'WARNING: *',
        signature: '*lock*',
        reason: 'old',
        link: 'https://example.org',
        kernels: '>=6.1 <6.6',
        expires: '2027-01-31',
      },
    ],
  });
});

test('a file that is not there, or is none, says so', async () => {
  expect(await load(join(dir, 'absent.yaml'))).toBe(
    'no such file or folder: DIR/absent.yaml\n  fix: DIR holds no matrix',
  );
  await writeFile(join(dir, 'absend.yaml'), '');
  expect(await load(join(dir, 'absent.yaml'))).toContain('fix: did you mean DIR/absend.yaml?');
  await rm(join(dir, 'absend.yaml'));
  expect(await load('nosuch.yaml')).toMatch(/fix: it was looked for as .*\/nosuch\.yaml; /);
  expect(await load(dir)).toBe('DIR is a folder\n  fix: name the file in it');
});

test('a file that is no text, or too large, is refused before parsing', async () => {
  expect(await loadText('latin1.yaml', Buffer.from('name: caf\xe9\n', 'latin1'))).toBe(
    'DIR/latin1.yaml: not UTF-8 text\n  fix: save the matrix as UTF-8',
  );
  expect(await load('/dev/zero')).toBe(
    '/dev/zero: larger than 1 MiB, which no matrix is\n  fix: name a matrix file; examples are in matrices/',
  );
});

test('a byte order mark does no harm', async () => {
  expect(await loadText('bom.yaml', `\uFEFF${HEAD}kernels: [{ name: k, debian: { release: bookworm } }]\n`)).toContain(
    '"file":"DIR/bom.yaml"',
  );
});

test('what a matrix names must be there, all lacks reported at once', async () => {
  expect(
    await loadText(
      'gone.yaml',
      `${HEAD}qemu: gone/qemu\nkernels: [{ name: k, image: gone/bzImage, modules: gone/modules }]\nimages: [{ name: i, tree: gone/tree }]\n`,
    ),
  ).toBe(
    [
      'DIR/gone.yaml:5:7: no such file or folder: DIR/gone/qemu',
      '  fix: check the path; relative paths count from the matrix file',
      'DIR/gone.yaml:6:29: no such file or folder: DIR/gone/bzImage',
      '  fix: check the path; relative paths count from the matrix file',
      'DIR/gone.yaml:6:52: no such file or folder: DIR/gone/modules',
      '  fix: check the path; relative paths count from the matrix file',
      'DIR/gone.yaml:7:27: no such file or folder: DIR/gone/tree',
      '  fix: check the path; relative paths count from the matrix file',
    ].join('\n'),
  );
});

test('a kernel image that is no kernel is refused', async () => {
  await writeFile(join(dir, 'notes.txt'), 'not a kernel\n');
  expect(await loadText('no-kernel.yaml', `${HEAD}kernels: [{ name: k, image: notes.txt }]\n`)).toBe(
    'DIR/no-kernel.yaml:5:29: DIR/notes.txt is no kernel image: it has neither the bzImage magic nor an ELF header\n  fix: in a built tree the image is arch/x86/boot/bzImage',
  );
});

test('modules of another version are refused, those of the same accepted, in any usual place', async () => {
  await writeFile(join(dir, 'bzImage'), fakeBzImage('6.12.9-mine'));
  await mkdir(join(dir, 'old/6.1.0/kernel'), { recursive: true });
  await mkdir(join(dir, 'root/lib/modules/6.12.9-mine/kernel'), { recursive: true });
  expect(await loadText('old.yaml', withModules('old'))).toBe(
    'DIR/old.yaml:5:47: modules of another version: the image is 6.12.9-mine, the modules are 6.1.0\n  fix: install the modules of 6.12.9-mine, or leave "modules" out if all drivers are built in',
  );
  expect(await loadText('none.yaml', withModules('root'))).toContain('"name":"test"');
  expect(await loadText('deep.yaml', withModules('root/lib/modules/6.12.9-mine'))).toContain('"name":"test"');
  expect(await loadText('empty.yaml', withModules('root/lib/modules/6.12.9-mine/kernel'))).toContain(
    'is no modules folder',
  );
});
