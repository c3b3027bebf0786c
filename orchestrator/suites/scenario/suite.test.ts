import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ScenarioSuiteSpec } from '../../../matrices/suites/scenario.ts';
import type { HostControl } from '../../model/host-control.ts';
import type { TestResult } from '../../model/outcome.ts';
import { createFakeGuest } from '../testing/fake-guest.ts';
import { createSuiteContext, FSDAX, NO_FILESYSTEM } from '../testing/suite-context.ts';
import { scenarioSuite } from './suite.ts';

// None of its switches is used below.
const HOST = { faults: { refusal: undefined } } as unknown as HostControl;

const CUT = { name: 'power/cut', estimateSec: 1 };

async function open(source: string, more: Partial<ScenarioSuiteSpec> = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'scenario-')), 'cut.scenario.mjs');
  writeFileSync(file, source);
  const spec: ScenarioSuiteSpec = { kind: 'scenario', name: 'power', file, args: [], timeoutSec: 60, ...more };
  const guest = createFakeGuest({ devices: [FSDAX], answers: { fails: { exitCode: 32, stderr: 'mount: no\n' } } });
  const context = { ...createSuiteContext(spec, guest, NO_FILESYSTEM), host: HOST };
  return { context, session: await scenarioSuite.open(context) };
}

async function run(source: string, more: Partial<ScenarioSuiteSpec> = {}) {
  const { context, session } = await open(source, more);
  const result: TestResult = await session.run(CUT, 1);
  return { result, output: readFileSync(join(context.artifactDir, 'output.1.log'), 'utf8') };
}

test('a scenario that ends well passes, and its output and its source are kept', async () => {
  const { result, output } = await run('console.log(guest.cell, process.env.PMEMRIG_KERNEL); await guest.$`true`;');
  expect(result).toEqual({ status: 'pass', artifacts: ['output.1.log', 'cut.scenario.mjs'] });
  expect(output).toContain('debian-6.1/nvdimm/ext4-dax/suite 6.1.0-50-amd64\n');
  expect(output).toContain('[guest $ true]\n');
});

test.each<[string, string, Partial<TestResult>]>([
  ['throws', "throw new Error('as planned')", { status: 'fail', message: 'exit status 1; it threw: as planned' }],
  [
    'runs a command that fails',
    'await guest.$`fails`',
    {
      status: 'fail',
      message: expect.stringMatching(/^exit status 1; it threw: mount: no {1,}at .*cut\.scenario\.mjs:1/),
    },
  ],
  [
    'waits for nothing',
    'await new Promise(() => 0)',
    { status: 'fail', message: expect.stringContaining('exit status 13 (it awaits') },
  ],
  ['has nothing to test', "console.log('no nvdimm'); process.exit(4)", { status: 'skip', message: 'no nvdimm' }],
  ['ends with a status of its own', 'process.exit(7)', { status: 'fail', message: 'exit status 7' }],
  [
    'fails in TAP alone',
    "console.log('1..1\\nnot ok 1 - a')",
    { status: 'fail', message: expect.stringContaining('1 of 1 subtests failed') },
  ],
])('the result of a scenario that %s', async (_what, source, expected) =>
  expect((await run(source)).result).toMatchObject(expected),
);

test('a scenario says which problems of the kernel it brings about, anew for each attempt', async () => {
  const { session } = await open("await guest.allowProblem('xfs-error: *', 'its flush fails')");
  await session.run(CUT, 1);
  expect(session.forgives?.(CUT)).toEqual([{ signature: 'xfs-error: *', reason: 'its flush fails' }]);
  await session.run(CUT, 2);
  expect(session.forgives?.(CUT)).toHaveLength(1);
});

test('a scenario that is no JavaScript is refused with the line before a guest is booted', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'scenario-')), 'slip.scenario.mjs');
  writeFileSync(file, 'await sleep(1);\nconst x = {;\n');
  const spec: ScenarioSuiteSpec = { kind: 'scenario', name: 'slip', file, args: [], timeoutSec: 60 };
  await expect(scenarioSuite.check?.(spec)).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(/slip\.scenario\.mjs:2\nconst x = \{;\n.*SyntaxError: /s),
  });
  writeFileSync(file, 'await guest.$`true`;\n');
  await expect(scenarioSuite.check?.(spec)).resolves.toBeUndefined();
});

test('a scenario that is late hangs, and keeps the results that it printed', async () => {
  const { result } = await run("console.log('1..2\\nok 1 - a'); await sleep('600s');", { timeoutSec: 5 });
  expect(result).toMatchObject({
    status: 'hang',
    message: 'the scenario did not end within its timeout of 5 s, and was killed',
    subtests: [{ name: 'a', status: 'pass' }],
  });
});
