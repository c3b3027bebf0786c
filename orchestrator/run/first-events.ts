import { hostname } from 'node:os';
import type { QemuBinary } from '../../guests/qemu/find-qemu.ts';
import type { HostFacts } from '../host/facts.ts';
import type { Cell, Plan } from '../model/cell.ts';
import type { PlannedCell, RunEvent } from '../model/event.ts';
import type { Matrix } from '../model/matrix.ts';
import type { PhaseClock, PhaseTime } from '../model/phase-time.ts';
import { listCutOff, type ResumedRun } from './resume/resume-run.ts';
import type { RunFolder } from './record/run-folder.ts';
import type { RunPurpose } from './record/run-purpose.ts';
import { present } from '../model/present.ts';

/** What a run is, as its folder shows it. */
export interface RunFacts {
  readonly matrix: Matrix;
  readonly plan: Plan;
  readonly folder: RunFolder;
  readonly version: string;
  readonly qemu: QemuBinary;
  readonly accelerator: { readonly accelerator: 'kvm' | 'tcg'; readonly reason: string };
  readonly host: HostFacts;
  readonly retries: number;
  /** Guests at most that work on one cell at once. */
  readonly split: number;
  /** How often each test is run, see the event `run-start`. */
  readonly repeat: number;
  /** See the event `run-start`. */
  readonly rerun: string;
  /** Measures what the controller does before the first event. */
  readonly startup?: PhaseClock;
  /** Absent for one that nothing was asked of beside its reports. */
  readonly purpose?: RunPurpose;
}

/** For `run.json`. */
export function describeRun({
  folder,
  version,
  accelerator,
  qemu,
  host,
  matrix,
  purpose,
}: RunFacts): Readonly<Record<string, unknown>> {
  return {
    id: folder.id,
    version,
    started: new Date().toISOString(),
    accelerator,
    qemu,
    host,
    ...present({ purpose }),
    matrix,
  };
}

function describeHost({ host, accelerator }: Pick<RunFacts, 'host' | 'accelerator'>): string {
  return `${hostname()}, ${host.os}, ${accelerator.accelerator}: ${accelerator.reason}`;
}

/**
 * The first events of a controller that resumes a run. They name each attempt that was cut off: the journal has its
 * beginning and no end.
 */
export function resumeEvents(facts: RunFacts, { start, past, torn }: ResumedRun): readonly RunEvent[] {
  const host = describeHost(facts);
  const notes = [
    torn,
    past.host === host ? undefined : `the run goes on on ${host}`,
    start.version === facts.version ? undefined : `pmemrig ${start.version} began the run, ${facts.version} resumes it`,
    ...listCutOff(past).map((attempt) => `${attempt} was cut off when the controller ended`),
  ];
  return [
    { type: 'resume', version: facts.version, host, ...takePhases(facts) },
    ...notes.flatMap((text) => (text === undefined ? [] : [{ type: 'note', text } as const])),
  ];
}

/** The first event of a run. */
export function startEvent({
  folder,
  matrix,
  version,
  plan,
  host,
  accelerator,
  rerun,
  retries,
  split,
  repeat,
  startup,
}: RunFacts): RunEvent {
  return {
    type: 'run-start',
    runId: folder.id,
    matrix: matrix.name,
    version,
    rerun,
    retries,
    split,
    ...(repeat > 1 && { repeat }),
    ...(plan.narrowed && { narrowed: true }),
    host: describeHost({ host, accelerator }),
    ...takePhases({ startup }),
    ...(plan.shard && {
      shard: {
        ...plan.shard,
        elsewhere: plan.shard.elsewhere.map(({ cell, ...place }) => ({ ...place, cell: plannedCell(cell) })),
      },
    }),
    cells: plan.cells.map(plannedCell),
    excluded: plan.excluded,
  };
}

function takePhases({ startup }: { readonly startup?: PhaseClock | undefined }): {
  readonly phases?: readonly PhaseTime[];
} {
  startup?.end('begin the journal');
  return present({ phases: startup?.take() });
}

function plannedCell({ id, kernel, image, pmem, filesystem, suite, tests }: Cell): PlannedCell {
  return {
    id,
    kernel: kernel.name,
    image: image.name,
    pmem: pmem.name,
    filesystem: filesystem.name,
    suite: suite.name,
    tests,
  };
}
