import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareImage } from '../../guests/images/prepare-image.ts';
import { prepareKernel } from '../../guests/kernels/prepare-kernel.ts';
import { probeAccelerator } from '../../guests/qemu/accelerator.ts';
import { openTemplates } from '../../guests/fork/templates.ts';
import { findQemu } from '../../guests/qemu/find-qemu.ts';
import { describeError, UserError } from '../model/errors.ts';
import { cacheDir } from '../model/paths.ts';
import type { PmemDevice } from '../model/pmem.ts';
import { benchBoot } from './boot.ts';
import { benchOverhead } from './bench-overhead.ts';
import { benchHistory, type HistorySpeed } from './history.ts';
import { benchIncrementalBuild, type BuildTurn } from './incremental-build.ts';
import { benchPlan } from './plan.ts';
import { runExperiment } from './planted/experiment.ts';
import { describeNoise, Noise } from './planted/noise.ts';
import { FIGURES, prepareGuests } from './planted/planted-guest.ts';
import { benchProblemParser, REPORT_DENSITIES, type ParserSpeed, type ReportDensity } from './problems.ts';
import { benchReports, type ReportsSpeed } from './reports.ts';
import { median } from '../../reports/text/median.ts';
import { describeSeconds } from './statistics.ts';
import { benchRulesByHand } from './rules-by-hand.ts';
import { benchTap } from './tap.ts';
import { benchVirtmeNg } from './virtme-ng.ts';

/**
 * `npm run bench`: the figures of the design's budgets, each with its spread. On a shared machine only the
 * ratios of one run mean anything, so what is compared runs interleaved.
 */
const { values: flags } = parseArgs({
  options: {
    repeats: { type: 'string', default: '5' },
    vng: { type: 'string', default: process.env['PMEMRIG_VNG'] ?? '' },
    /** A kernel that virtme-ng can run: its modules beside it or installed. */
    'vng-kernel': { type: 'string', default: process.env['PMEMRIG_VNG_KERNEL'] ?? '' },
    /** Flags of the planted regressions, as docs/compare.md shows. */
    measure: { type: 'string', default: 'instructions' },
    topology: { type: 'string', default: 'nvdimm' },
    trials: { type: 'string', default: '30' },
    boots: { type: 'string', default: '3' },
    runtime: { type: 'string', default: '1s' },
    loads: { type: 'string', default: '2' },
    only: { type: 'string', default: 'plan,problems,tap,history,reports,boot,overhead,rules' },
  },
});
const sections = new Set(flags.only.split(','));
const repeats = Number(flags.repeats);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const KERNELS = [
  { kind: 'debian', name: 'debian-6.1', release: 'bookworm', flavour: 'amd64' },
  { kind: 'debian', name: 'debian-6.12', release: 'bookworm-backports', flavour: 'amd64' },
] as const;
const SIZE = { sizeBytes: 2 ** 28 };
const TOPOLOGIES: Readonly<Record<string, readonly PmemDevice[]>> = {
  nvdimm: [{ kind: 'nvdimm', ...SIZE, namespace: 'fsdax', labelSizeBytes: 2 ** 21 }],
  'virtio-pmem': [{ kind: 'virtio-pmem', ...SIZE }],
  e820: [{ kind: 'e820', ...SIZE, namespace: 'fsdax' }],
  'virtio-blk': [{ kind: 'virtio-blk', ...SIZE }],
};

// What is measured does not depend on whose machine it is.
process.env['PMEMRIG_NO_CONFIG'] = '1';

try {
  if (sections.has('plan'))
    say(
      `plan of 10,000 cells: ${describeSeconds(Array.from({ length: repeats }, () => benchPlan(10_000)))}, budget 1 s`,
    );
  if (sections.has('problems')) benchProblems();
  if (sections.has('tap')) benchTapReader();
  if (sections.has('history')) await benchHistories();
  if (sections.has('reports')) await benchAllReports();
  if (sections.has('boot')) await benchBoots();
  if (sections.has('overhead')) await benchOverheads();
  if (sections.has('rules')) await benchRules();
  // Two whole builds of a kernel come first, hence only by name.
  if (sections.has('build')) await benchBuilds();
  // Takes an hour and builds a kernel, hence only by name.
  if (sections.has('planted')) await benchPlanted();
} catch (error) {
  process.stderr.write(`bench: ${describeError(error)}\n`);
  process.exitCode = 3;
}

async function benchHistories(): Promise<void> {
  const speeds = await benchHistory(365, 5000, repeats);
  const times = (of: (speed: HistorySpeed) => number): string => describeSeconds(speeds.map(of));
  say(
    'history of 365 runs with 5,000 tests: ' +
      `opened in ${times(({ openMs }) => openMs)}, one test over all runs in ${times(({ testMs }) => testMs)}, ` +
      `verdicts of 5,000 tests in ${times(({ verdictsMs }) => verdictsMs)}, ` +
      `of 2,000 figures in ${times(({ figuresMs }) => figuresMs)}`,
  );
  say(
    `pages over it: the list of runs in ${times(({ listPageMs }) => listPageMs)}, ` +
      `one test over all runs in ${times(({ testPageMs }) => testPageMs)}`,
  );
}

async function benchAllReports(): Promise<void> {
  const speeds: ReportsSpeed[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) speeds.push(await benchReports(100_000));
  const memory = Math.max(...speeds.map(({ peakMemoryBytes }) => peakMemoryBytes));
  say(
    `reports of 100,000 tests: ${describeSeconds(speeds.map(({ ms }) => ms))}, budget 3 s; ` +
      `peak memory ${Math.round(memory / 2 ** 20)} MiB, budget 256 MiB; ` +
      `report.html ${Math.round((speeds[0]?.pageBytes ?? 0) / 2 ** 20)} MiB`,
  );
}

function benchProblems(): void {
  const runs: Record<ReportDensity, ParserSpeed[]> = { dense: [], short: [], rare: [], none: [] };
  // In turns, so that a busy machine slows all alike.
  for (let round = 0; round < repeats; round += 1)
    for (const density of REPORT_DENSITIES) runs[density].push(benchProblemParser(100, density));
  const speedOf = (density: ReportDensity): number => median(runs[density].map(({ mbPerSec }) => mbPerSec));
  for (const density of REPORT_DENSITIES) {
    const speeds = runs[density].map(({ mbPerSec }) => mbPerSec);
    const growth = Math.max(...runs[density].map(({ rssGrowthBytes }) => rssGrowthBytes));
    const ratio =
      density === 'none' ? '' : `, ${(speedOf('none') / speedOf(density)).toFixed(1)} times the CPU time of none`;
    say(
      `100 MB of console with ${runs[density][0]?.problems ?? 0} kernel problems (${density}): ` +
        `median ${Math.round(median(speeds))} MB per CPU second, slowest ${Math.round(Math.min(...speeds))}, ` +
        `budget 100${ratio}; resident memory grew by ${Math.round(growth / 2 ** 20)} MiB at most, budget 64 MiB`,
    );
  }
}

function benchTapReader(): void {
  for (const nested of [false, true]) {
    const runs = Array.from({ length: repeats }, () => benchTap(200_000, nested));
    const growth = Math.max(...runs.map(({ rssGrowthBytes }) => rssGrowthBytes));
    say(
      `200,000 results of ${nested ? 'KTAP in groups' : 'TAP'}, ${Math.round((runs[0]?.bytes ?? 0) / 1e6)} MB: ` +
        `${describeSeconds(runs.map(({ cpuMs }) => cpuMs))} of CPU, budget 1 s; ` +
        `resident memory grew by ${Math.round(growth / 2 ** 20)} MiB at most, budget 100 MiB`,
    );
  }
}

async function benchBoots(): Promise<void> {
  const context = { cacheDir: cacheDir(), log: () => undefined };
  const qemu = await findQemu();
  const { accelerator, reason } = await probeAccelerator({ qemu, cacheDir: context.cacheDir });
  say(`QEMU ${qemu.version}, ${accelerator}: ${reason}`);
  const image = await prepareImage({ kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] }, context);
  const templates = openTemplates({ ...context, note: say });
  for (const spec of KERNELS) {
    const kernel = await prepareKernel(spec, context);
    const none = (): Map<string, number[]> => new Map(Object.keys(TOPOLOGIES).map((name) => [name, []]));
    const [ours, forked] = [none(), none()];
    // The first of a kind makes its template.
    for (const [name, devices] of Object.entries(TOPOLOGIES))
      await benchBoot({ kernel, image, qemu, accelerator }, { name, devices }, templates);
    const theirs: number[] = [];
    for (let round = 0; round < repeats; round += 1) {
      for (const [name, devices] of Object.entries(TOPOLOGIES)) {
        const bench = { kernel, image, qemu, accelerator };
        ours.get(name)?.push(await benchBoot(bench, { name, devices }));
        forked.get(name)?.push(await benchBoot(bench, { name, devices }, templates));
      }
      if (flags.vng !== '' && spec.name === 'debian-6.12')
        theirs.push(await benchVirtmeNg(flags.vng, flags['vng-kernel'], accelerator));
    }
    for (const [name, ms] of ours) {
      const forks = forked.get(name) ?? [];
      say(`boot to first SSH answer, ${spec.name}, ${name}: ${describeSeconds(ms)}`);
      say(
        `fork to first SSH answer: ${describeSeconds(forks)}; ` +
          `${((100 * median(forks)) / median(ms)).toFixed(0)} % of the boot, budget 25 %`,
      );
    }
    if (theirs.length > 0) {
      const ratio = median(ours.get('virtio-blk') ?? []) / median(theirs);
      say(
        `virtme-ng to first command's output, ${spec.name}: ${describeSeconds(theirs)}; ` +
          `ours takes ${(100 * ratio).toFixed(0)} % of it, budget 50 %`,
      );
    }
  }
  if (flags.vng === '') say('virtme-ng: not compared; name its program with --vng and a kernel with --vng-kernel');
}

async function benchRules(): Promise<void> {
  const context = { cacheDir: cacheDir(), log: () => undefined };
  const qemu = await findQemu();
  const { accelerator } = await probeAccelerator({ qemu, cacheDir: context.cacheDir });
  const image = await prepareImage({ kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] }, context);
  const kernel = await prepareKernel(KERNELS[0], context);
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-bench-'));
  try {
    const { tests, commands, rigMs, handMs } = await benchRulesByHand(
      { kernel, image, qemu, accelerator },
      context,
      dir,
    );
    say(
      `suite dax, the ${tests} tests that only need a guest: ${(rigMs / 1000).toFixed(1)} s; their ${commands} commands ` +
        `typed into one shell: ${(handMs / 1000).toFixed(1)} s; ratio ${(rigMs / handMs).toFixed(2)}, budget 2`,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function benchBuilds(): Promise<void> {
  const dir = await mkdtemp(join(cacheDir(), 'bench-'));
  const turns: BuildTurn[] = [];
  try {
    for await (const turn of benchIncrementalBuild(repeats, dir, { cacheDir: cacheDir(), log: () => undefined }))
      turns.push(turn);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  for (const [what, of] of [
    ['wall', ({ wallMs }: BuildTurn['rig']) => wallMs],
    ['CPU', ({ cpuMs }: BuildTurn['rig']) => cpuMs],
  ] as const) {
    const [rig, make] = [turns.map((turn) => of(turn.rig)), turns.map((turn) => of(turn.make))];
    say(
      `one line of a driver changed, ${what} time to the kernel: kernel build ${describeSeconds(rig)}, ` +
        `make ${describeSeconds(make)}; ratio ${(median(rig) / median(make)).toFixed(2)}, budget 1.3`,
    );
  }
}

async function benchPlanted(): Promise<void> {
  const { measure, topology: name, runtime } = flags;
  const loads = Number(flags.loads);
  const devices = TOPOLOGIES[name];
  if (measure !== 'time' && measure !== 'instructions')
    throw new UserError(`--measure ${measure}: unknown`, { code: 'bench-flag', remedy: 'time or instructions' });
  if (!devices)
    throw new UserError(`--topology ${name}: unknown`, {
      code: 'bench-flag',
      remedy: Object.keys(TOPOLOGIES).join(', '),
    });
  const guests = await prepareGuests({ measure, topology: { name, devices }, runtime, log: say });
  say(`planted regressions, ${measure}, ${name}: ${guests.host}`);
  say(
    `${flags.trials} trials of ${repeats} repeats of ${runtime}, guests made anew ${flags.boots} times; ` +
      `beside it ${describeNoise(loads)}`,
  );
  await runExperiment({
    measure,
    figure: FIGURES[measure],
    trials: Number(flags.trials),
    boots: Number(flags.boots),
    repeats,
    boot: guests.boot,
    disturb: () => new Noise(loads),
    say,
  });
}

async function benchOverheads(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-bench-'));
  try {
    const { overhead, peakMemoryBytes, cells } = await benchOverhead(dir);
    say(
      `neither boot nor test, ${cells} cells: ` +
        `${(100 * overhead).toFixed(1)} % of the wall time (the guest's mkfs and mount and the controller's ` +
        'overhead, budget 5 % for the latter); ' +
        `the controller's peak memory ${Math.round(peakMemoryBytes / 2 ** 20)} MiB, budget 200 MiB`,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
