import { buildCanary } from '../../../guests/canary/build-canary.ts';
import { openTemplates } from '../../../guests/fork/templates.ts';
import { buildGuestTool } from '../../../guests/guest-tools/build-guest-tool.ts';
import type { QemuBinary } from '../../../guests/qemu/find-qemu.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { PrepareExecutor } from '../../model/executor.ts';
import { present } from '../../model/present.ts';
import { suiteFor } from '../../suites/registry.ts';
import type { GuestKeeper } from '../attempt/keep-guest.ts';
import { createCacheMender } from '../guest/mend-cache.ts';
import { reserveFromPrepared } from '../guest/reserve-guest.ts';
import { rememberTemplates } from '../guest/used-templates.ts';
import { prepareAgain, prepareAll } from '../prepare/prepare.ts';
import type { RunFolder } from '../record/run-folder.ts';
import { LocalExecutor } from './local-executor.ts';

interface LocalOptions {
  readonly folder: RunFolder;
  readonly cacheDir: string;
  readonly qemu: QemuBinary;
  readonly accelerator: { readonly accelerator: 'kvm' | 'tcg' };
  readonly host: Pick<HostFacts, 'memoryAvailableBytes' | 'cores'>;
  /** Guests at once at the most; absent: as many as memory and cores admit. */
  readonly jobs?: number;
  /** Takes the guest of the first failure, if one is to be kept. */
  readonly keeper?: GuestKeeper;
}

/** Makes kernels and images in this host's cache, and runs the cells on this host. */
export function prepareLocalExecutor({ keeper, folder, cacheDir, host, ...options }: LocalOptions): PrepareExecutor {
  return async ({ cells, earlier, signal, emit, log }) => {
    const note = (text: string): void => emit({ type: 'note', text });
    const templates = openTemplates({ cacheDir, log, note });
    const used = rememberTemplates();
    const prepared = await prepareAll({ cells, cacheDir, earlier, signal, emit, log });
    return new LocalExecutor({
      suiteFor,
      reserve: reserveFromPrepared({
        ...options,
        folder,
        capacity: { memoryBytes: host.memoryAvailableBytes, cores: host.cores },
        log,
        templates,
        used,
        prepared,
      }),
      artifactsOf: (cellId) => folder.artifactsOf(cellId),
      buildCanary: async (cell, orderSignal) =>
        buildCanary((await prepared(cell)).kernel, { cacheDir, signal: orderSignal, log }),
      buildGuestTool: async (orderSignal) => buildGuestTool({ cacheDir, signal: orderSignal, log }),
      mendCache: createCacheMender({
        cacheDir,
        signal,
        log,
        prepared,
        templatesOf: (cell) => used.of(cell),
        prepareAgain: async (cell) => prepareAgain(cell, { cacheDir, signal, log }),
      }),
      ...present({ keeper }),
    });
  };
}
