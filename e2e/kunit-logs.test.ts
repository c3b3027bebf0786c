import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { judgeProgram } from '../orchestrator/suites/shared/judge-program.ts';
import { parseTap } from '../orchestrator/suites/shared/tap/reader.ts';
import { judgeKunitLogs } from './support/kunit-logs.ts';
import { Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const hasPython = spawnSync('python3', ['--version']).status === 0;
const MINUTES = 60_000;

const READ_AS: Readonly<Record<string, string>> = {
  SUCCESS: 'pass',
  FAILURE: 'fail',
  SKIPPED: 'skip',
  TEST_CRASHED: 'fail',
  NO_TESTS: 'skip',
};
/** It is read behind its `# ` here, which kunit.py does not do. */
const NESTED_BEHIND_HASHES = 'test_is_test_passed-kselftest.log';
/** kunit.py calls it a success, but counts no test that passed: of its one test nothing ran. */
const NOTHING_RAN = 'test_is_test_passed-no_tests_no_plan.log';

test(
  "the kernel's sample logs are read as its own kunit.py reads them",
  { timeout: 15 * MINUTES },
  async ({ skip }) => {
    skip(!hasPython, 'python3 is not installed');
    const logs = await judgeKunitLogs(join(workspace.dir, 'linux'));
    expect(logs.length).toBeGreaterThan(15);
    for (const { name, text, status, leaves } of logs) {
      const { subtests } = parseTap(text);
      const verdict = judgeProgram(
        { exitCode: 0, signal: null, stdout: text, stderr: '', truncated: false, timedOut: false, durationMs: 1 },
        { timeout: 'its timeout of 1 s' },
      );
      // kunit.py makes up a nameless result for each that is missing; output without results is for the exit status to
      // judge.
      const theirs = leaves.filter(([leaf]) => !leaf.endsWith('/')).map(([leaf, as]) => [leaf, READ_AS[as] ?? as]);
      const ours = subtests.map(({ name, status }) => [name, status]);
      if (name === NESTED_BEHIND_HASHES)
        expect({ name, groups: [...new Set(ours.map(([leaf = '']) => leaf.split('/')[0]))] }).toEqual({
          name,
          groups: theirs.map(([leaf]) => leaf),
        });
      else expect({ name, leaves: ours }).toEqual({ name, leaves: theirs });
      if (status !== 'FAILURE_TO_PARSE_TESTS' && name !== NOTHING_RAN)
        expect({ name, status: verdict.status }).toEqual({ name, status: READ_AS[status] });
    }
  },
);
