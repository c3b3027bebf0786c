import type { Cell } from '../../model/cell.ts';
import { GuestDeath, UserError } from '../../model/errors.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import type { SuiteSession } from '../../model/suite.ts';
import type { LocalMeans } from '../executor/local-executor.ts';
import { openLocalArtifacts } from '../record/local-artifacts.ts';
import { fakeCell, fakeWorld } from './fake-world.ts';

export const KNOWN: readonly KnownProblem[] = [{ title: 'WARNING: old*', reason: 'an old one' }];

const FAIL = { status: 'fail', message: 'no', evidence: 'a line\nand "another" one' } as const;

const WORLDS = {
  /** Something of everything that a run can meet. */
  eventful: {
    testTimeoutMs: 200,
    lockdep: () => 1,
    scripts: {
      'fio/flaky': [FAIL, { status: 'pass' }],
      'fio/panic': [new GuestDeath('panic', 'the kernel panicked', 'Kernel panic')],
      'fio/hang': [
        'never',
        { status: 'pass', metrics: [{ name: 'bw', value: 1.5, unit: 'bytes/s', better: 'higher' }] },
      ],
      'fio/parts': [{ status: 'fail', message: '1 of 2', subtests: [{ name: '1 one', status: 'fail' }] }],
    },
    boots: ['ok', new GuestDeath('qemu-died', 'QEMU was ended by SIGSEGV', '')],
    problems: {
      'fio/bug': [{ title: 'BUG: new', lines: ['BUG: new', ' Call Trace: \u001B[1m'] }],
      'fio/old': [{ kind: 'warning', title: 'WARNING: old one' }],
    },
  },
  /** QEMU refuses the user's kernel. */
  refused: {
    scripts: {},
    boots: [new UserError('QEMU cannot boot k', { code: 'kernel-not-bootable', remedy: 'name another' })],
  },
  /** Its second test never ends. */
  endless: { scripts: { 'fio/b': ['never'] }, testTimeoutMs: 600_000 },
} as const satisfies Record<string, Parameters<typeof fakeWorld>[0]>;

export type Scenario = keyof typeof WORLDS;

/** The cells of a scenario: two that share a guest, and one of another kernel. */
export function cellsOf(scenario: Scenario): readonly Cell[] {
  const tests = {
    eventful: ['fio/a', 'fio/flaky', 'fio/panic', 'fio/hang', 'fio/parts', 'fio/bug', 'fio/old'],
    refused: ['fio/a'],
    endless: ['fio/a', 'fio/b'],
  }[scenario];
  const [first, second, third] = ['k/nvdimm/fio', 'k/nvdimm/more', 'other/nvdimm/fio'].map((id) => fakeCell(id, tests));
  if (!first || !second || !third) throw new Error('there are three');
  return [first, second, { ...third, kernel: { ...third.kernel, name: 'other' } }];
}

/** A host of a scenario, whose files go to a run's folder. Its suite uses all that a suite can be given as data. */
export function meansOf(scenario: Scenario, runDir: string): LocalMeans {
  const { suite, reserve, environment } = fakeWorld(WORLDS[scenario]);
  return {
    reserve,
    suiteFor: () => ({
      ...suite,
      async open(context): Promise<SuiteSession> {
        const session = await suite.open(context);
        return {
          ...session,
          async run(test, attempt) {
            const usual = context.usualSeconds?.(test.name);
            const log = await context.artifacts.put(`${test.name.replace('/', '-')}.${attempt}.log`, `usual: ${usual}`);
            return { ...(await session.run(test, attempt)), artifacts: [log] };
          },
        };
      },
    }),
    artifactsOf: (cellId) => openLocalArtifacts(runDir, cellId),
    buildCanary: environment.buildCanary,
    buildGuestTool: environment.buildGuestTool,
  };
}
