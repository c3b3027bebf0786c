import type { Cell, CellId } from '../../model/cell.ts';
import { BOOT_TEST, CLOSE_TEST, PMEM_TEST } from '../../model/cell.ts';
import type { GuestDeath } from '../../model/errors.ts';
import type { RunEvent } from '../../model/event.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { Suite } from '../../model/suite.ts';
import type { CellEnvironment } from '../cell-environment.ts';
import { GuestSlot, type ReserveGuest, type SlotGuest } from '../guest-slot.ts';

/** What a fake test does: a result, or its guest's death, or never ending. */
export type Script = TestResult | GuestDeath | 'never' | Error;

/**
 * A world without QEMU for the worker's rules: `scripts[test]` says what each attempt does, `boots` what each boot does
 * (default: it succeeds). All that a real worker does with events, deaths and deadlines is the real code.
 */
export function fakeWorld(options: {
  readonly scripts: Readonly<Record<string, readonly Script[]>>;
  readonly boots?: readonly (Error | 'ok')[];
  readonly pmemProblems?: readonly string[];
  readonly openError?: Error;
  readonly closeError?: Error;
  /** What the console showed during each test, by its name. */
  readonly kernelReports?: Readonly<Record<string, string>>;
  readonly retries?: number;
  readonly needsFreshGuest?: boolean;
  readonly testTimeoutMs?: number;
}) {
  const events: RunEvent[] = [];
  const controller = new AbortController();
  const disposed: number[] = [];
  let boots = 0;
  let running = '';

  const reserve: ReserveGuest = async () => async () => {
    boots += 1;
    const failure = options.boots?.[boots - 1];
    if (failure instanceof Error) throw failure;
    const guest: SlotGuest = {
      ...fakeGuest(boots, disposed, options.pmemProblems ?? []),
      takeKernelReport: () => {
        const title = options.kernelReports?.[running];
        return title === undefined ? undefined : { title, lines: ['Call Trace:'] };
      },
    };
    return { guest, accelerator: 'kvm', console: `guests/${boots}/console.log`, release: () => undefined };
  };

  const attempts = new Map<string, number>();
  const suite: Suite = {
    kind: 'fio',
    needsFreshGuest: options.needsFreshGuest ?? false,
    plan: () => [],
    open: async () => {
      if (options.openError) throw options.openError;
      return {
        testTimeoutMs: () => options.testTimeoutMs ?? 5_000,
        run: async ({ name }) => {
          running = name;
          const attempt = (attempts.get(name) ?? 0) + 1;
          attempts.set(name, attempt);
          const script = options.scripts[name]?.[attempt - 1] ?? { status: 'pass' };
          if (script === 'never') return new Promise(() => undefined);
          if (script instanceof Error) throw script;
          return script;
        },
        close: async () => {
          if (options.closeError) throw options.closeError;
        },
      };
    },
  };

  const environment: CellEnvironment = {
    suiteFor: () => suite,
    emit: (event) => events.push(event),
    signal: controller.signal,
    retries: options.retries ?? 0,
    artifactDir: async () => '/nonexistent',
    toArtifact: (path) => path,
    log: () => undefined,
  };
  return { events, controller, disposed, environment, slot: new GuestSlot(reserve, environment.emit, controller.signal), boots: () => boots };
}

export function fakeCell(id: string, tests: readonly string[]): Cell {
  return {
    id: id as CellId,
    kernel: { kind: 'debian', name: 'k', release: 'bookworm', flavour: 'amd64' },
    image: { kind: 'debian', name: 'i', release: 'bookworm', packages: [] },
    pmem: { name: 'nvdimm', devices: [] },
    filesystem: { name: 'none', type: 'none', mountOptions: '', mkfsOptions: [] },
    suite: { kind: 'fio', name: 'fio', jobs: [], runtimeSec: 1, sizeBytes: 1 },
    guest: { cpus: 1, memoryBytes: 1, append: [] },
    tests: [BOOT_TEST, PMEM_TEST, ...tests, CLOSE_TEST].map((name) => ({ name, estimateSec: 1 })),
  };
}

async function refuse(): Promise<never> {
  throw new Error('not in a fake guest');
}

function fakeGuest(id: number, disposed: number[], problems: readonly string[]): SlotGuest {
  return {
    id,
    kernelRelease: '6.12-fake',
    bootMs: 1,
    devices: [],
    death: new Promise(() => undefined),
    setUpPmem: async () => ({ problems }),
    takeKernelReport: () => undefined,
    dispose: async () => void disposed.push(id),
    exec: async () => ({ exitCode: 0, signal: null, stdout: 'stacks of the stuck task', stderr: '', truncated: false, timedOut: false, durationMs: 1 }),
    upload: refuse,
    write: refuse,
    download: refuse,
    mark: async () => undefined,
  };
}
