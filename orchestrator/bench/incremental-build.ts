import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { GUEST_ARCH } from '../../guests/arch/architectures.ts';
import { findDebianSource } from '../../guests/kernels/build/debian-source.ts';
import { prepareKernel } from '../../guests/kernels/prepare-kernel.ts';
import type { PrepareContext } from '../../guests/store/prepare-context.ts';
import { InfraError } from '../model/errors.ts';
import type { SourceKernelSpec } from '../model/matrix.ts';
import { PACKAGE_ROOT } from '../model/package-root.ts';

/** What one command took, and with it whatever else the host did. */
interface Taken {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface BuildTurn {
  readonly make: Taken;
  readonly rig: Taken;
}

const CONFIG = ['guest', 'nvdimm', 'virtio-pmem', 'dax-filesystems', 'dm-dax', 'prove-locking'];
/** One line of it is another in each turn. */
const EDITED = 'drivers/nvdimm/nd_virtio.c';
const SETTINGS = ['user.name=bench', 'user.email=bench@localhost', 'gc.auto=0'].flatMap((word) => ['-c', word]);

/**
 * Changes one line of a driver and builds the kernel both by `make` in an output folder and by the rig, in turns. Both
 * have built it before, which takes two whole builds and some 6 GiB in `dir`.
 */
export async function* benchIncrementalBuild(
  turns: number,
  dir: string,
  context: PrepareContext,
): AsyncGenerator<BuildTurn> {
  const [tree, out] = [join(dir, 'linux'), join(dir, 'out')];
  await makeTree(tree, context);
  const spec: SourceKernelSpec = {
    kind: 'source',
    name: 'bench',
    source: { kind: 'tree', path: tree, patches: [] },
    base: 'tiny',
    config: CONFIG,
  };
  const { config } = await prepareKernel(spec, context);
  await mkdir(out);
  await cp(config ?? '', join(out, '.config'));
  const make = ['make', '-C', tree, `O=${out}`, `-j${availableParallelism()}`, GUEST_ARCH.kernelImage, 'modules'];
  await take([...make.slice(0, -2), 'olddefconfig'], tree);
  await take(make, tree);
  const rig = [process.execPath, join(PACKAGE_ROOT, 'pmemrig.mjs'), 'kernel', 'build', '--kernel', tree];
  for (let turn = 0; turn < turns; turn += 1) {
    const path = join(tree, EDITED);
    const text = await readFile(path, 'utf8');
    const line = `static int bench_${turn} __used;\n`;
    const before = /#include "virtio_pmem.h"\n(?:static int bench_\d+ __used;\n)?/;
    await writeFile(path, text.replace(before, `#include "virtio_pmem.h"\n${line}`));
    const [made, built] = [await take(make, tree), await take([...rig, '--config', CONFIG.join(',')], tree)];
    yield { make: made, rig: built };
  }
}

async function makeTree(tree: string, context: PrepareContext): Promise<void> {
  await mkdir(tree, { recursive: true });
  const source = await findDebianSource({ kind: 'debian', package: 'linux-source-6.1', patches: [] }, context);
  await source.unpack(tree, `${dirname(tree)}/index`);
  // Debian's own ignores all.
  await writeFile(join(tree, '.gitignore'), '*.o\n');
  for (const words of [
    ['init', '--quiet'],
    ['add', '--all', '--force'],
    ['commit', '--quiet', '-m', 'linux'],
  ])
    await execa('git', [...SETTINGS, ...words], { cwd: tree });
}

async function take(argv: readonly string[], cwd: string): Promise<Taken> {
  const [cpuMs, start] = [await readCpuMs(), performance.now()];
  const [program = '', ...args] = argv;
  const { all, failed } = await execa(program, args, { cwd, all: true, reject: false });
  if (failed) throw new InfraError(`${argv.join(' ')} failed: ${all.slice(-1000)}`, { code: 'bench-build' });
  return { wallMs: performance.now() - start, cpuMs: (await readCpuMs()) - cpuMs };
}

/** Of the whole host: a sandbox does not tell what its programs took. */
async function readCpuMs(): Promise<number> {
  const [, user = 0, nice = 0, system = 0] = (await readFile('/proc/stat', 'utf8')).split(/\s+/, 4).map(Number);
  return (user + nice + system) * 10;
}
