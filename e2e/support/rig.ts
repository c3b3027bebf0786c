import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { JournalEvent } from '../../orchestrator/model/event.ts';
import { PACKAGE_ROOT } from '../../orchestrator/model/package-root.ts';

const CLI = join(PACKAGE_ROOT, 'dist', 'orchestrator', 'cli.js');

/** A folder for the runs of one test file, gone when it leaves scope. */
export class Workspace implements Disposable {
  readonly dir = mkdtempSync(join(process.env['TMPDIR'] ?? '/tmp', 'pmemrig-e2e-'));
  readonly runs = join(this.dir, 'runs');

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export interface RigRun {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly dir: string;
  readonly events: readonly JournalEvent[];
}

/** Starts the built pmemrig as its users do. */
export function startRig(
  args: readonly string[],
  workspace: Workspace,
  options: { readonly env?: Readonly<Record<string, string>> } = {},
) {
  return execa(process.execPath, [CLI, ...args], {
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', PMEMRIG_RUNS: workspace.runs, GITHUB_ACTIONS: '', ...options.env },
    cwd: workspace.dir,
    // A child must not outlive a timed-out test.
    cleanup: true,
  });
}

/** Runs it to its end; `dir` and `events` are those of the workspace's latest run. */
export async function rig(
  args: readonly string[],
  workspace: Workspace,
  options: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<RigRun> {
  const { exitCode, stdout, stderr } = await startRig(args, workspace, options);
  const dir = latestRun(workspace);
  return { exitCode, stdout, stderr, dir, events: dir === '' ? [] : readEvents(dir) };
}

/** The newest run's folder, or an empty string while there is none. */
export function latestRun(workspace: Workspace): string {
  try {
    const runs = readdirSync(workspace.runs)
      .filter((name) => /^\d{8}-/.test(name))
      .toSorted();
    const last = runs.at(-1);
    return last === undefined ? '' : join(workspace.runs, last);
  } catch {
    return '';
  }
}

/** Every whole line of the journal; a line still being written is left out. */
export function readEvents(runDir: string): JournalEvent[] {
  return readFileSync(join(runDir, 'events.jsonl'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalEvent);
}

/**
 * Waits, for two minutes at the most, until a test of the workspace's latest run has started; gives the run's folder.
 */
export async function waitForTest(workspace: Workspace, test: string): Promise<string> {
  for (let tick = 0; tick < 1200; tick += 1) {
    const dir = latestRun(workspace);
    if (
      existsSync(join(dir, 'events.jsonl')) &&
      readEvents(dir).some((event) => event.type === 'test-start' && event.test === test)
    )
      return dir;
    await sleep(100);
  }
  throw new Error(`${test} did not start`);
}

/** `cell test#attempt status` of every attempt. */
export function results(events: readonly JournalEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'test-end' ? [`${event.test}#${event.attempt} ${event.status}`] : [],
  );
}

/** The end of one test, the last attempt. */
export function endOf(events: readonly JournalEvent[], test: string): Extract<JournalEvent, { type: 'test-end' }> {
  const end = events.findLast((event) => event.type === 'test-end' && event.test === test);
  if (end?.type !== 'test-end') throw new Error(`${test} never ended; the journal has ${results(events).join(', ')}`);
  return end;
}
