import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootGuest } from '../../../guests/machine/boot-guest.ts';
import { prepareImage } from '../../../guests/images/prepare-image.ts';
import { prepareKernel } from '../../../guests/kernels/prepare-kernel.ts';
import { probeAccelerator, requireTcg } from '../../../guests/qemu/accelerator.ts';
import { findQemu } from '../../../guests/qemu/find-qemu.ts';
import { createRunKeys } from '../../../guests/ssh/keys.ts';
import { acceleratorOf } from '../../model/accelerator.ts';
import { InfraError } from '../../model/errors.ts';
import type { SourceKernelSpec } from '../../model/matrix.ts';
import { PACKAGE_ROOT } from '../../model/package-root.ts';
import { cacheDir } from '../../model/paths.ts';
import type { PmemTopology } from '../../model/pmem.ts';
import { timeoutScale } from '../../model/timeouts.ts';
import { readFioJob } from '../../suites/fio/job-file.ts';
import { judgeFio } from '../../suites/fio/judge.ts';
import { mountFilesystem } from '../../suites/shared/mount-filesystem.ts';

export type Measure = 'time' | 'instructions';

/** A booted guest whose DAX writes can be made longer. */
export interface PlantedGuest extends AsyncDisposable {
  /** One run of the job, with a loop of so many turns in the path of each write. */
  measure(turns: number): Promise<number>;
}

/** The one figure that is judged. */
export const FIGURES = {
  time: { name: 'write.iops', unit: 'iops', better: 'higher' },
  instructions: { name: 'io.instructions', unit: 'instructions', better: 'lower' },
} as const;

const HERE = 'orchestrator/bench/planted';
const KERNEL: SourceKernelSpec = {
  kind: 'source',
  name: 'planted-6.1',
  source: { kind: 'debian', package: 'linux-source-6.1', patches: [join(PACKAGE_ROOT, HERE, 'path.patch')] },
  base: 'tiny',
  config: ['guest', 'nvdimm', 'virtio-pmem', join(PACKAGE_ROOT, HERE, 'path.config')],
};
const TURNS_FILE = '/sys/module/dax/parameters/planted_turns';
/** The one of the rig's own jobs whose every write takes the planted path. */
const JOB = readFioJob('dax-psync-fsync');
const JOB_FILE = '/run/pmemrig-planted.fio';
const FILE_BYTES = 2 ** 24;

export interface GuestMaker {
  /** What runs it, for the record. */
  readonly host: string;
  readonly boot: () => Promise<PlantedGuest>;
}

/** Makes kernel and image once, for as many guests as are wanted. `runtime` is fio's. */
export async function prepareGuests({
  measure,
  topology,
  runtime,
  log,
}: {
  readonly measure: Measure;
  readonly topology: PmemTopology;
  readonly runtime: string;
  readonly log: (line: string) => void;
}): Promise<GuestMaker> {
  const context = { cacheDir: cacheDir(), log };
  const qemu = await findQemu();
  const host = await probeAccelerator({ qemu, cacheDir: context.cacheDir });
  const guest = {
    cpus: 1,
    memoryBytes: 2 ** 30,
    append: [],
    ...(measure === 'instructions' && ({ countInstructions: true } as const)),
  };
  if (guest.countInstructions) await requireTcg(host, { qemu, cacheDir: context.cacheDir });
  const accelerator = acceleratorOf(guest, host.accelerator);
  const kernel = await prepareKernel(KERNEL, context);
  const image = await prepareImage({ kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] }, context);
  let booted = 0;
  const boot = async (): Promise<PlantedGuest> => {
    booted += 1;
    const dir = join(await mkdtemp(join(tmpdir(), 'pmemrig-planted-')), 'guest');
    await mkdir(dir);
    const running = await bootGuest({
      id: booted,
      kernel,
      image,
      topology,
      guest,
      qemu,
      accelerator,
      keys: createRunKeys(),
      dir,
    });
    const dispose = async (): Promise<void> => {
      await running.dispose();
      await rm(join(dir, '..'), { recursive: true, force: true });
    };
    try {
      const { problems } = await running.setUpPmem();
      if (problems.length > 0) throw new InfraError(problems.join('; '), { code: 'bench-guest' });
      const mount = await mountFilesystem(
        { guest: running, timeoutScale: timeoutScale(accelerator) },
        { name: 'ext4-dax', type: 'ext4', mountOptions: 'dax=always', mkfsOptions: [] },
      );
      await running.write(JOB_FILE, JOB.text);
      const env = {
        PMEMRIG_FILE: join(mount.path, 'file'),
        PMEMRIG_SIZE: String(FILE_BYTES),
        PMEMRIG_RUNTIME: runtime,
      };
      const run = async (turns: number): Promise<number> => {
        const exit = await running.exec(`echo ${turns} > ${TURNS_FILE} && exec fio --output-format=json ${JOB_FILE}`, {
          env,
        });
        const { metrics = [], message } = judgeFio({
          exit,
          output: exit.stdout,
          mapSyncRefused: false,
          ...(measure === 'instructions' && { measure }),
        });
        const value = metrics.find(({ name }) => name === FIGURES[measure].name)?.value;
        if (value === undefined)
          throw new InfraError(`fio gave no ${FIGURES[measure].name}: ${message ?? ''} ${exit.stderr}`, {
            code: 'bench-fio',
          });
        return value;
      };
      // The first run lays the file out.
      await run(0);
      return { measure: run, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      await dispose();
      throw error;
    }
  };
  return { host: `QEMU ${qemu.version}, ${accelerator}: ${host.reason}; ${kernel.description}`, boot };
}
