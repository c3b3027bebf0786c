import { prepareImage, type PreparedImage } from '../../guests/images/prepare-image.ts';
import { prepareKernel, type PreparedKernel } from '../../guests/kernels/prepare-kernel.ts';
import type { Cell } from '../model/cell.ts';
import { describeError } from '../model/errors.ts';
import type { RunEvent } from '../model/event.ts';
import type { ImageSpec, KernelSpec } from '../model/matrix.ts';

/** What a guest boots from. */
export interface Prepared {
  readonly kernel: PreparedKernel;
  readonly image: PreparedImage;
}

interface PrepareOptions {
  readonly cells: readonly Cell[];
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
  readonly log: (line: string) => void;
}

/**
 * Starts making every kernel and image that the cells need, each once, all at the same time; the returned function
 * waits for those of one cell. So the first guests boot while another kernel is still on its way, and a kernel
 * that can't be had spoils only its own cells.
 */
export function startPreparing({ cells, cacheDir, signal, emit, log }: PrepareOptions): (cell: Cell) => Promise<Prepared> {
  const context = { cacheDir, signal, log };
  const kernels = startEach(cells.map(({ kernel }) => kernel), (spec: KernelSpec) => stage('kernel', spec.name, async () => prepareKernel(spec, context)));
  const images = startEach(cells.map(({ image }) => image), (spec: ImageSpec) => stage('image', spec.name, async () => prepareImage(spec, context)));
  return async (cell) => {
    const [kernel, image] = await Promise.all([kernels(cell.kernel.name), images(cell.image.name)]);
    return { kernel, image };
  };

  async function stage<T extends { readonly description: string; readonly notes: readonly string[] }>(what: string, name: string, make: () => Promise<T>): Promise<T> {
    const label = `${what} ${name}`;
    emit({ type: 'stage', stage: label, detail: '', status: 'start' });
    const start = performance.now();
    try {
      const made = await make();
      emit({ type: 'stage', stage: label, detail: made.description, status: 'done', durationMs: performance.now() - start });
      for (const text of made.notes) emit({ type: 'note', text: `${label}: ${text}` });
      return made;
    } catch (error) {
      if (!signal.aborted) emit({ type: 'stage', stage: label, detail: describeError(error), status: 'failed', durationMs: performance.now() - start });
      throw error;
    }
  }
}

function startEach<Spec extends { readonly name: string }, T>(specs: readonly Spec[], make: (spec: Spec) => Promise<T>): (name: string) => Promise<T> {
  const started = new Map<string, Promise<T>>();
  for (const spec of specs) {
    if (started.has(spec.name)) continue;
    const promise = make(spec);
    // Whoever needs it sees the failure; a run that stops before anyone asks must not end in an unhandled rejection.
    promise.catch(() => undefined);
    started.set(spec.name, promise);
  }
  return async (name) => {
    const promise = started.get(name);
    if (!promise) throw new Error(`${name} was never asked for`);
    return promise;
  };
}
