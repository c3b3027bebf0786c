import { prepareImage, type PreparedImage } from '../../../guests/images/prepare-image.ts';
import { prepareTreeDisk } from '../../../guests/images/tree-disk.ts';
import { prepareKernel, type PreparedKernel } from '../../../guests/kernels/prepare-kernel.ts';
import type { PrepareContext } from '../../../guests/store/prepare-context.ts';
import type { Cell } from '../../model/cell.ts';
import type { CompilerWarning } from '../../model/compiler-warning.ts';
import { describeError, UserError } from '../../model/errors.ts';
import type { KernelProvenance, RunEvent } from '../../model/event.ts';
import type { ImageSpec, KernelSpec, SuiteSpec } from '../../model/matrix.ts';
import { suiteFor } from '../../suites/registry.ts';
import { buildInTurn } from './build-in-turn.ts';
import { requireModules } from './require-modules.ts';
import { present } from '../../model/present.ts';

/** What a guest boots from. */
export interface Prepared {
  readonly kernel: PreparedKernel;
  readonly image: PreparedImage;
  /** The disk of the cell's suite. */
  readonly disk?: { readonly path: string; readonly serial: string };
}

interface PrepareOptions {
  readonly cells: readonly Cell[];
  readonly cacheDir: string;
  /** By stage, what the run had before it was resumed. */
  readonly earlier?: ReadonlyMap<string, { readonly digest?: string; readonly detail: string }>;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
  readonly log: (line: string) => void;
}

/**
 * Makes every kernel and image that the cells need, each once, all at the same time. The user's errors among them are
 * thrown, so that they are reported before anything boots. What the host failed at is thrown by the returned function,
 * and so spoils only the cells that need it.
 */
export async function prepareAll({
  cells,
  cacheDir,
  earlier,
  signal,
  emit,
  log,
}: PrepareOptions): Promise<(cell: Cell) => Promise<Prepared>> {
  const context = { cacheDir, signal, log, note: (text: string) => emit({ type: 'note', text }) };
  const inTurn = buildInTurn(cells.map(({ kernel }) => kernel));
  const kernels = startEach(
    cells.map(({ kernel }) => kernel),
    (spec: KernelSpec) =>
      inTurn(spec, async (others) =>
        stage('kernel', spec.name, async (progress) => prepareKernel(spec, { ...context, progress }, others)),
      ),
  );
  const images = startEach(
    cells.map(({ image }) => image),
    (spec: ImageSpec) => stage('image', spec.name, async () => prepareImage(spec, context)),
  );
  const suites = cells.flatMap(({ suite }) => (suiteFor(suite).disk?.(suite) ? [suite] : []));
  const disks = startEach(suites, (spec: SuiteSpec) =>
    stage('suite', spec.name, async () => prepareTreeDisk(suiteFor(spec).disk?.(spec)?.path ?? '', context)),
  );
  // All of them, also after a failure: none may go on behind the run's back.
  const settled = await Promise.allSettled([...kernels.all, ...images.all, ...disks.all]);
  signal.throwIfAborted();
  for (const { reason } of settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]) {
    if (reason instanceof UserError) throw reason;
  }
  for (const kernel of await Promise.all(kernels.all.map(async (made) => made.catch(() => undefined)))) {
    if (kernel)
      await requireModules(
        kernel,
        cells.filter((cell) => cell.kernel.name === kernel.name),
      );
  }
  return async (cell) => {
    const disk = suiteFor(cell.suite).disk?.(cell.suite);
    const [kernel, image, made] = await Promise.all([
      kernels.get(cell.kernel.name),
      images.get(cell.image.name),
      disk && disks.get(cell.suite.name),
    ]);
    return { kernel, image, ...(disk && made && { disk: { path: made.disk, serial: disk.serial } }) };
  };

  async function stage<
    T extends {
      readonly description: string;
      readonly digest: string;
      readonly source?: KernelProvenance;
      readonly notes: readonly string[];
      readonly warnings?: readonly CompilerWarning[];
    },
  >(what: string, name: string, make: (progress: (text: string) => void) => Promise<T>): Promise<T> {
    const label = `${what} ${name}`;
    emit({ type: 'stage', stage: label, detail: '', status: 'start' });
    const start = performance.now();
    try {
      const made = await make((detail) => emit({ type: 'stage', stage: label, detail, status: 'start' }));
      emit({
        type: 'stage',
        stage: label,
        detail: made.description,
        status: 'done',
        durationMs: performance.now() - start,
        digest: made.digest,
        ...present({ source: made.source, warnings: made.warnings }),
      });
      const before = earlier?.get(label);
      if (before?.digest !== undefined && before.digest !== made.digest)
        emit({
          type: 'note',
          text: `${label} is not what this run began with: before ${before.detail}, now ${made.description}`,
        });
      for (const text of made.notes) emit({ type: 'note', text: `${label}: ${text}` });
      return made;
    } catch (error) {
      if (!signal.aborted)
        emit({
          type: 'stage',
          stage: label,
          detail: describeError(error),
          status: 'failed',
          durationMs: performance.now() - start,
        });
      throw error;
    }
  }
}

/** Makes again what a cell's guests boot from, as far as the cache has lost it. */
export async function prepareAgain({ kernel, image, suite }: Cell, context: PrepareContext): Promise<void> {
  const disk = suiteFor(suite).disk?.(suite);
  await Promise.all([
    prepareKernel(kernel, context),
    prepareImage(image, context),
    disk && prepareTreeDisk(disk.path, context),
  ]);
}

function startEach<Spec extends { readonly name: string }, T>(
  specs: readonly Spec[],
  make: (spec: Spec) => Promise<T>,
): { readonly all: readonly Promise<T>[]; get(name: string): Promise<T> } {
  const started = new Map<string, Promise<T>>();
  for (const spec of specs) {
    if (started.has(spec.name)) continue;
    started.set(spec.name, make(spec));
  }
  return {
    all: [...started.values()],
    get: async (name) => {
      const promise = started.get(name);
      if (!promise) throw new Error(`${name} was never asked for`);
      return promise;
    },
  };
}
