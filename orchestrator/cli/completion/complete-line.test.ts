import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ALL_RULES } from '../../commands/explain.ts';
import { ALL_SUITES } from '../../suites/registry.ts';
import { testName } from '../../suites/shared/rules/plan-rules.ts';
import { program } from '../program.ts';
import { completeLine } from './complete-line.ts';
import { splitLine } from './split-line.ts';
import { FLAG_KINDS, OPERAND_KINDS } from './value-kinds.ts';

const RUNS = ['20261201-010101-nightly-aaaa', '20261202-010101-once-bbbb'];
const dir = mkdtempSync(join(tmpdir(), 'pmemrig-complete-'));

beforeAll(() => {
  const built = join(dir, 'cache/kernels/built-1234');
  for (const folder of [built, ...RUNS.map((run) => join(dir, 'runs', run)), join(dir, 'runs/pinned')])
    mkdirSync(folder, { recursive: true });
  for (const run of RUNS) writeFileSync(join(dir, 'runs', run, 'events.jsonl'), '');
  symlinkSync(RUNS[1] ?? '', join(dir, 'runs/latest'));
  symlinkSync(join('..', RUNS[0] ?? ''), join(dir, 'runs/pinned/v6.12'));
  writeFileSync(join(built, 'build.json'), '{ "release": "6.12.9", "source": "linux-source-6.12 6.12.9-1 (trixie)" }');
  writeFileSync(join(dir, 'config.yaml'), 'runs: ./runs\ncpus: nonsense\n');
  vi.stubEnv('PMEMRIG_CACHE', join(dir, 'cache'));
  vi.stubEnv('PMEMRIG_RUNS', join(dir, 'runs'));
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

/** The words alone, and what files the shell adds. */
async function complete(line: string): Promise<{ readonly words: readonly string[]; readonly files: string }> {
  const [first = '', ...rest] = (await completeLine(program, `pmemrig ${line}`)).trimEnd().split('\n');
  return { words: rest.map((row) => row.split('\t')[0] ?? ''), files: first.split('\t')[0] ?? '' };
}

test('a line is read as a shell reads it, up to the word at the cursor', () => {
  expect(splitLine('pmemrig ')).toEqual(['']);
  expect(splitLine('A=1 pmemrig  once --kernel=x')).toEqual(['once', '--kernel=x']);
  expect(splitLine(`pmemrig --filter 'a b' "c \\" d"\\ e "open w`)).toEqual(['--filter', 'a b', 'c " d e', 'open w']);
  expect(splitLine('')).toEqual([]);
});

test.each<readonly [string, string, readonly string[]]>([
  ['ser', 'none', ['series', 'serve']],
  ['kernel ', 'none', ['build', 'list', 'show', 'prune', 'help']],
  ['help kern', 'none', ['kernel']],
  ['completion ', 'none', ['bash', 'zsh', 'fish']],
  ['run --re', 'none', ['--retries', '--repeat', '--resume']],
  ['run ', '*.y*ml', []],
  ['once --pmem nvdimm,virtio-p', 'none', ['nvdimm,virtio-pmem']],
  ['once --pmem=nvdimm-', 'none', ['--pmem=nvdimm-raw', '--pmem=nvdimm-devdax', '--pmem=nvdimm-sector']],
  ['once --fs ext4-dax,e', 'none', ['ext4-dax,ext4']],
  ['once --boot ', 'none', ['auto', 'cold', 'fork']],
  ['once --kernel linux', '*', ['linux-source-6.12']],
  ['once trixie', '*', ['trixie', 'trixie-backports']],
  ['once --kernel x -- ./r', '*', []],
  ['once --config +prove-locking,+p', '*', []],
  ['once --config +kas', '*', ['+kasan']],
  ['once --base debian/b', '*', ['debian/bullseye', 'debian/bookworm']],
  ['once --test dax/map-sync/', 'none', ['dax/map-sync/ext4', 'dax/map-sync/xfs']],
  ['once --suite fio,lockdep --test f', 'none', expect.arrayContaining(['fio/dax-mmap-read']) as string[]],
  ['once --suite fio --test flush', 'none', []],
  ['explain flush/order', 'none', ['flush/order', 'flush/order-two-devices']],
  ['series fix.mbox --base ', 'folders', ['linux-source-6.12']],
  ['series fix', '*', []],
  ['kernel show ', 'none', ['built-1234']],
  ['report ', 'folders', ['latest', ...RUNS.toReversed()]],
  ['run --resume 20261201', 'folders', RUNS.slice(0, 1)],
  ['merge latest 20261202', 'folders', RUNS.slice(1)],
  ['run a.yaml --baseline pinned:', 'folders', ['pinned:v6.12']],
  ['pin --remove ', 'none', ['v6.12']],
  ['report --runs /nowhere ', 'folders', []],
  ['once --size ', 'none', []],
  ['nonsense --nope ', 'none', []],
  ['shell --last -- ', '*', []],
])('%s', async (line, files, words) => {
  expect(await complete(line)).toEqual({ files, words });
});

test('each word has what the help says of it', async () => {
  expect(await completeLine(program, 'pmemrig exp')).toContain('explain\twhat a rule of the suites flush and dax says');
  expect(await completeLine(program, 'pmemrig kernel show b')).toContain('built-1234\t6.12.9 from linux-source-6.12');
});

test('runs are also found where a file of defaults keeps them, whatever else is wrong in it', async () => {
  const { findRunsDir } = await import('../../commands/offer/find-runs-dir.ts');
  const config = join(dir, 'xdg/pmemrig');
  mkdirSync(config, { recursive: true });
  symlinkSync(join(dir, 'config.yaml'), join(config, 'config.yaml'));
  const place = {
    cwd: dir,
    env: { XDG_CONFIG_HOME: join(dir, 'xdg'), HOME: '/home/me' },
    uid: process.getuid?.() ?? 0,
  };
  expect(await findRunsDir(undefined, place)).toBe(join(config, 'runs'));
  expect(await findRunsDir('~/runs', place)).toBe('/home/me/runs');
});

test('all tests of all rules are offered, and all suites that a flag may name', async () => {
  const names = ALL_RULES.flatMap(({ suite, rule }) =>
    (rule.cases ?? ['']).map((name) => testName(suite, rule.id, name)),
  );
  const { words } = await complete('once --suite dax,flush --test ');
  expect(words.toSorted()).toEqual(names.toSorted());
  // Those of a command, of a scenario and of `selftest` come by other ways.
  const other = new Set(['command', 'scenario', 'selftest']);
  const kinds = ALL_SUITES.map(({ kind }) => kind).filter((kind) => !other.has(kind));
  expect((await complete('once --suite ')).words).toEqual(kinds);
});

test('the kind of each value is decided on, also of new ones: they have a row, or only the user knows', () => {
  const free =
    '--append --cell --cpus --days --filter --group --host --into --jobs --kcidb --keep --kernels --known --last --memory --metric --port --ref --repeat --retries --shard --size --split --timeout --unused --url cell line name names';
  const isDecided = (name: string, kinds: object): boolean => free.split(' ').includes(name) || name in kinds;
  const all = allVerbs(program);
  const flags = all
    .flatMap(({ options }) => options)
    .filter((one) => (one.required || one.optional) && !one.argChoices);
  expect(flags.flatMap(({ long }) => (isDecided(long ?? '', FLAG_KINDS) ? [] : long))).toEqual([]);
  const operands = all.flatMap(({ registeredArguments }) => registeredArguments).filter((one) => !one.argChoices);
  expect(operands.map((one) => one.name()).filter((name) => !isDecided(name, OPERAND_KINDS))).toEqual([]);
});

function allVerbs(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allVerbs)];
}
