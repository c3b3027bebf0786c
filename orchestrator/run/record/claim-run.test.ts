import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimRun } from './claim-run.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-claim-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const claim = async (): Promise<void> => claimRun(dir, () => undefined);
const claimFile = (): string => join(dir, 'controller');

/** The claim of another process: this one's, with that pid and that process's start time. */
function rewrite(pid: number, started?: string): void {
  const [host = '', mark = ''] = readFileSync(claimFile(), 'utf8').trim().split(' ');
  const [boot = '', namespace = '', , , random = ''] = mark.split('-');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const start = started ?? stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  writeFileSync(claimFile(), `${host} ${[boot, namespace, pid, start, random].join('-')}\n`);
}

test('a run whose controller lives is refused, one whose controller was killed is taken', async () => {
  await claim();
  const other = spawn('sleep', ['60']);
  rewrite(other.pid ?? 0);
  await expect(claim()).rejects.toMatchObject({ name: 'UserError', code: 'run-busy' });
  const ended = new Promise((resolve) => other.once('exit', resolve));
  other.kill('SIGKILL');
  await ended;
  await claim();
  await expect(claim()).rejects.toMatchObject({ code: 'run-busy' });
});

test('a process that has the pid of the controller, but began at another time, claims nothing', async () => {
  await claim();
  rewrite(1, '12345678901');
  await claim();
});

test('of two that resume a run at once one is refused', async () => {
  const [first, second] = await Promise.allSettled([claim(), claim()]);
  expect([first.status, second.status].toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('a controller that cannot be seen from here is not taken for gone', async () => {
  await claim();
  const mark = readFileSync(claimFile(), 'utf8').split(' ')[1] ?? '';
  writeFileSync(claimFile(), `another-host ${mark}`);
  await expect(claim()).rejects.toThrow('this run was begun on the host another-host');
  writeFileSync(claimFile(), `${hostname()} ${mark.replace(/^([^-]+)-\d+/, '$1-1')}`);
  await expect(claim()).rejects.toThrow('in another container');
});

test('a claim that was left half written, or by hand, stands in nobody’s way', async () => {
  writeFileSync(claimFile(), `${hostname()} `);
  await claim();
  expect(execFileSync('cat', [claimFile()], { encoding: 'utf8' })).toMatch(/ \w+-\d+-\d+-\d+-\w+\n$/);
});
