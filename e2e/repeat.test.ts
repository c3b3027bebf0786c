import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isRigTest } from '../orchestrator/model/cell.ts';
import { rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const matrix = join(workspace.dir, 'repeat.yaml');
writeFileSync(
  matrix,
  `version: 1
name: repeat
guest: { cpus: 1, memory: 1G }
kernels: [{ name: old, debian: { release: bookworm } }, { name: new, debian: { release: bookworm-backports } }]
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 64M }] }]
suites: [{ name: odd, kind: command, run: [sh, -c, 'case $(uname -r) in 6.1.*) exit 1 ;; esac'] }]
`,
);

test('each test is run in as many fresh guests as asked, the kernels in turns, and what fails each time has failed', async () => {
  const run = await rig(['run', matrix, '--repeat', '2', '-j', '1'], workspace);
  const ends = run.events.flatMap((event) =>
    event.type === 'test-end' && !isRigTest(event.test)
      ? [`${event.cell.split('/')[0]}#${event.attempt} ${event.status}`]
      : [],
  );
  expect(ends).toEqual(['old#1 fail', 'new#1 pass', 'new#2 pass', 'old#2 fail']);
  expect(run.events.filter(({ type }) => type === 'guest-boot')).toHaveLength(4);
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain('each 2 times');
});
