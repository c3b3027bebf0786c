import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { execa } from 'execa';
import { buildGuestTool } from '../../guests/guest-tools/build-guest-tool.ts';
import { bootGuest } from '../../guests/machine/boot-guest.ts';
import type { HeldGuest } from '../../guests/machine/hold-guest.ts';
import type { PrepareContext } from '../../guests/store/prepare-context.ts';
import { createRunKeys } from '../../guests/ssh/keys.ts';
import type { Cell } from '../model/cell.ts';
import type { ArtifactStore } from '../model/artifact-store.ts';
import { InfraError } from '../model/errors.ts';
import type { JournalEvent } from '../model/event.ts';
import type { ExecOptions, Guest } from '../model/guest.ts';
import type { HostControl } from '../model/host-control.ts';
import { PACKAGE_ROOT } from '../model/package-root.ts';
import type { PmemTopology } from '../model/pmem.ts';
import { timeoutScale } from '../model/timeouts.ts';
import { quoteWord } from '../model/quote-word.ts';
import { DAX_RULES } from '../suites/dax/dax-rules.ts';
import { daxSuite } from '../suites/dax/suite.ts';
import { planRules } from '../suites/shared/rules/plan-rules.ts';
import { CLEAN_UP, TOOL_PATH } from '../suites/shared/rules/rule-context.ts';
import type { BootBench } from './boot.ts';

/** Far above what it takes, so that a hang ends. */
const DEADLINE_MS = 900_000;

export interface RulesByHand {
  /** Tests that need only the guest, and so can be typed. */
  readonly tests: number;
  readonly commands: number;
  /** From the first of those tests' start to the last one's end, as `pmemrig once` ran them. */
  readonly rigMs: number;
  /** The same commands in one shell of one booted guest. */
  readonly handMs: number;
}

/**
 * The suite `dax` on an NVDIMM, by `pmemrig once` and by hand: the commands that its tests run in the guest, recorded,
 * and then run one after the other by one shell.
 */
export async function benchRulesByHand(bench: BootBench, context: PrepareContext, dir: string): Promise<RulesByHand> {
  const tool = await buildGuestTool(context);
  if (tool.kind === 'impossible') throw new InfraError(tool.reason, { code: 'bench-rules' });
  const recorded = await withGuest(bench, dir, async (guest) => record(guest, bench, tool));
  const handMs = await withGuest(bench, dir, async (guest) => {
    await guest.exec(`mkdir -p ${dirname(TOOL_PATH)}`);
    await guest.upload(tool.path, TOOL_PATH);
    const script = recorded.flatMap(({ commands }) => [...commands, CLEAN_UP]).join('\n');
    const began = performance.now();
    const typed = `exec > /dev/null 2>&1\nfailed=0\n${script}\nexit $failed\n`;
    const { exitCode } = await guest.exec(['sh'], { stdin: typed, timeoutMs: DEADLINE_MS });
    if (exitCode !== 0) throw new InfraError('what passes in a test fails by hand', { code: 'bench-rules' });
    return performance.now() - began;
  });
  return {
    tests: recorded.length,
    commands: recorded.reduce((sum, { commands }) => sum + commands.length, 0),
    rigMs: await runByRig(
      dir,
      recorded.map(({ test }) => test),
    ),
    handMs,
  };
}

interface Recorded {
  readonly test: string;
  readonly commands: readonly string[];
}

/** The commands of each test that passes and that does not work the machine from outside. */
async function record(
  guest: HeldGuest,
  { accelerator }: BootBench,
  tool: Awaited<ReturnType<typeof buildGuestTool>>,
): Promise<readonly Recorded[]> {
  const seen: { commands: string[]; usedHost: boolean } = { commands: [], usedHost: false };
  const spec = { kind: 'dax', name: 'dax', rules: DAX_RULES.map(({ id }) => id), fitting: true } as const;
  const recording: Guest = new Proxy<Guest>(guest, {
    get(target, key) {
      if (key !== 'exec') return Reflect.get(target, key) as unknown;
      return async (command: readonly string[], options: ExecOptions = {}) => {
        const result = await target.exec(command, options);
        // The rig's own steps between two tests set no environment.
        if (options.env !== undefined)
          seen.commands.push(`${spell(command, options)}${result.exitCode === 0 ? ' || failed=1' : ''}`);
        return result;
      };
    },
  });
  const host = new Proxy<HostControl>(guest.host, {
    get(target, key) {
      seen.usedHost = true;
      return Reflect.get(target, key) as unknown;
    },
  });
  const session = await daxSuite.open({
    spec,
    guest: recording,
    host,
    artifacts: DISCARD,
    timeoutScale: timeoutScale(accelerator),
    buildGuestTool: async () => tool,
    // No rule asks for the rest.
    cell: {} as Cell,
    timeoutScaleWhy: '',
    buildCanary: async () => Promise.reject(new InfraError('no rule loads the canary', { code: 'bench-rules' })),
    log: () => undefined,
  });
  const recorded: Recorded[] = [];
  for (const test of planRules(spec, DAX_RULES, TOPOLOGY)) {
    Object.assign(seen, { commands: [], usedHost: false });
    const { status } = await session.run(test, 1);
    // What spends its guest comes last.
    if (session.spent === true) break;
    if (!seen.usedHost && status === 'pass') recorded.push({ test: test.name, commands: seen.commands });
  }
  return recorded;
}

const TOPOLOGY: PmemTopology = {
  name: 'nvdimm',
  devices: [{ kind: 'nvdimm', sizeBytes: 512 * 2 ** 20, namespace: 'fsdax', labelSizeBytes: 2 ** 21 }],
};

const DISCARD = {
  open: (artifact: string) => ({ artifact, stream: new Writable({ write: (_chunk, _encoding, done) => done() }) }),
} as Pick<ArtifactStore, 'open'> as ArtifactStore;

/** A command as a shell takes it. */
function spell(command: readonly string[], { env = {}, stdin }: ExecOptions): string {
  const words = ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command];
  const line = words.map(quoteWord).join(' ');
  return stdin === undefined ? `${line} < /dev/null` : `printf %s ${quoteWord(stdin)} | ${line}`;
}

async function withGuest<T>(
  { kernel, image, qemu, accelerator }: BootBench,
  dir: string,
  act: (guest: HeldGuest) => Promise<T>,
): Promise<T> {
  await using guest = await bootGuest({
    id: 1,
    kernel,
    image,
    topology: TOPOLOGY,
    guest: { cpus: 2, memoryBytes: 2 ** 31, append: [] },
    qemu,
    accelerator,
    keys: createRunKeys(),
    dir,
  });
  await guest.setUpPmem();
  return await act(guest);
}

/** ms from the first test's start to the last one's end. */
async function runByRig(dir: string, tests: readonly string[]): Promise<number> {
  const words = [
    'once',
    '--kernel',
    'bookworm',
    '--pmem',
    TOPOLOGY.name,
    '--size',
    '512M',
    '--suite',
    'dax',
    '--runs',
    dir,
  ];
  const child = await execa(
    process.execPath,
    [join(PACKAGE_ROOT, 'dist/orchestrator/cli.js'), ...words, ...tests.flatMap((test) => ['--test', test])],
    { reject: false, stdin: 'ignore' },
  );
  if (child.exitCode !== 0)
    throw new InfraError(`the run to measure ended with ${child.exitCode}: ${child.stderr}`, { code: 'bench-run' });
  const run = (await readdir(dir)).find((name) => name.includes('-once-') && !name.startsWith('.'));
  const lines = (await readFile(join(dir, run ?? '', 'events.jsonl'), 'utf8')).trimEnd().split('\n');
  const times = lines
    .map((line) => JSON.parse(line) as JournalEvent)
    .filter((event) => (event.type === 'test-start' || event.type === 'test-end') && tests.includes(event.test))
    .map(({ t }) => Date.parse(t));
  return Math.max(...times) - Math.min(...times);
}
