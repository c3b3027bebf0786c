import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import { type PreparedKernel, prepareKernel } from '../../guests/kernels/prepare-kernel.ts';
import { findUnused, listKernels, type StoredKernel } from '../../guests/kernels/built-kernels.ts';
import { removeEntry } from '../../guests/store/list-entries.ts';
import { UserError } from '../model/errors.ts';
import type { KernelSpec } from '../model/matrix.ts';
import { cacheDir } from '../model/paths.ts';
import { interruptSignal } from '../run/interrupt.ts';
import type { KernelOptions } from './compose/compose-kernel.ts';
import { settleDefaults } from './compose/settle-defaults.ts';
import { checkFileKernels, loadFile, planFlags } from './plan/load-plan.ts';
import { logLine } from '../host/log-line.ts';
import { printJson, printText } from '../host/print.ts';
import { isThere } from '../../guests/store/is-there.ts';

const DAY_MS = 24 * 3600_000;
/** What an entry of a built kernel holds that a person may want. */
const FILES = ['vmlinuz', 'config', 'System.map', 'debug/vmlinux', 'kbuild', 'lib/modules', 'build.log', 'build.json'];

/**
 * `pmemrig kernel build`: makes the kernels of a matrix, or the one that flags describe, and says where they lie. A
 * kernel that does not compile rejects with KernelError; an interruption gives 130.
 */
export async function kernelBuildCommand(
  matrix: string | undefined,
  names: readonly string[],
  options: KernelOptions,
): Promise<number> {
  using signal = interruptSignal();
  const context = { cacheDir: cacheDir(), signal, log: logLine, progress: logLine };
  try {
    for (const spec of await findSpecs(matrix, names, options)) {
      const start = performance.now();
      sayWhere(await prepareKernel(spec, context), start);
    }
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    logLine('interrupted: nothing half-built is kept');
    return 130;
  }
}

function sayWhere({ name, description, notes, ...kernel }: PreparedKernel, start: number): void {
  printText(`${name}: ${description} (${prettyMs(performance.now() - start)})\n`);
  for (const note of notes) printText(`  note: ${note}\n`);
  const files = { image: kernel.image, config: kernel.config, vmlinux: kernel.vmlinux, kbuild: kernel.kbuild };
  for (const [what, path] of Object.entries(files)) if (path !== undefined) printText(`  ${what.padEnd(8)} ${path}\n`);
}

async function findSpecs(
  path: string | undefined,
  names: readonly string[],
  options: KernelOptions,
): Promise<readonly KernelSpec[]> {
  if (path === undefined) {
    // Devices and suite are of no account here, but the loader checks a matrix as a whole.
    const guest = { image: 'bookworm', pmem: ['virtio-blk'], size: '64M', cpus: 1, memory: '1G' };
    const { matrix } = await planFlags(settleDefaults({ ...options, ...guest }, ['true']), ['true']);
    return matrix.kernels;
  }
  const loaded = await loadFile(path);
  const { kernels } = loaded.matrix;
  const unknown = names.find((name) => !kernels.some((kernel) => kernel.name === name));
  if (unknown !== undefined) {
    throw new UserError(`${path} has no kernel named ${unknown}.`, {
      code: 'unknown-kernel',
      remedy: `it has ${kernels.map(({ name }) => name).join(', ')}.`,
    });
  }
  const wanted = names.length === 0 ? kernels : kernels.filter(({ name }) => names.includes(name));
  await checkFileKernels(
    loaded,
    wanted.map(({ name }) => name),
  );
  return wanted;
}

/** `pmemrig kernel list`: the kernels in the cache. */
export async function kernelListCommand({ json }: { readonly json?: boolean }): Promise<number> {
  const kernels = await listKernels(cacheDir());
  if (json === true) printJson(JSON.stringify(kernels, undefined, 2));
  else if (kernels.length === 0) printText('no kernel has been prepared yet: pmemrig kernel build --kernel DIR\n');
  else for (const kernel of kernels) printText(`${formatKernel(kernel)}\n`);
  return 0;
}

function formatKernel({ key, sizeBytes, lastUsedMs, record }: StoredKernel): string {
  const what = record
    ? `${record.release} from ${record.source}${record.patches.length > 0 ? ` + ${record.patches.length} ${record.patches.length === 1 ? 'patch' : 'patches'}` : ''}, ` +
      `${record.base}: ${record.config.join(', ')}`
    : '';
  return `${key}  ${showBytes(sizeBytes)}, used ${showAge(lastUsedMs)}${what === '' ? '' : `\n  ${what}`}`;
}

/** `pmemrig kernel show KEY`: how a kernel was built, and its files. The beginning of a key will do, or a release. */
export async function kernelShowCommand(wanted: string): Promise<number> {
  const kernels = await listKernels(cacheDir());
  const [kernel, ...others] = kernels.filter(
    ({ key, record }) => key.startsWith(wanted) || key.startsWith(`built-${wanted}`) || record?.release === wanted,
  );
  if (!kernel)
    throw new UserError(`No kernel in the cache is named ${wanted}.`, {
      code: 'unknown-kernel',
      remedy: '`pmemrig kernel list` prints them.',
    });
  if (others.length > 0) {
    throw new UserError(
      `${wanted} names ${others.length + 1} kernels: ${[kernel, ...others].map(({ key }) => key).join(', ')}.`,
      { code: 'ambiguous-kernel', remedy: 'write more of the key.' },
    );
  }
  printText(`${formatKernel(kernel)}\n`);
  const { record } = kernel;
  if (record) {
    printText(
      `  built in ${record.seconds} s by ${record.compiler}${record.ccache ? ' with ccache' : ''}: ` +
        `${record.objects} objects\n`,
    );
    for (const patch of record.patches) printText(`  patch: ${patch}\n`);
    for (const note of record.notes) printText(`  note: ${note}\n`);
    for (const { file, line, text } of record.warnings) printText(`  warning: ${file}:${line}: ${text}\n`);
  }
  for (const file of FILES) if (await isThere(join(kernel.path, file))) printText(`  ${join(kernel.path, file)}\n`);
  return 0;
}

interface PruneOptions {
  /** Days. */
  readonly unused: number;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

/** `pmemrig kernel prune`: removes kernels, sources and initramfs that were not used for a while. */
export async function kernelPruneCommand({ unused, all, dryRun }: PruneOptions): Promise<number> {
  using signal = interruptSignal();
  const cache = cacheDir();
  const entries = await findUnused(all === true ? Infinity : Date.now() - unused * DAY_MS, cache);
  for (const entry of entries) {
    if (dryRun !== true) await removeEntry(entry, { log: logLine, signal });
    printText(
      `${dryRun === true ? 'would remove' : 'removed'} ${entry.kind}/${entry.key} ` +
        `(${showBytes(entry.sizeBytes)}, used ${showAge(entry.lastUsedMs)})\n`,
    );
  }
  const bytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  printText(
    entries.length === 0
      ? `nothing in ${cache} has been unused for ${unused} days\n`
      : `${showBytes(bytes)} ${dryRun === true ? 'to be freed' : 'freed'}\n`,
  );
  return 0;
}

function showBytes(bytes: number): string {
  return prettyBytes(bytes, { binary: true, maximumFractionDigits: 1 });
}

function showAge(sinceMs: number): string {
  return `${prettyMs(Math.max(1000, Date.now() - sinceMs), { unitCount: 1 })} ago`;
}
