import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { InfraError } from '../model/errors.ts';
import { JOURNAL_VERSION, type JournalEvent, type RunEvent } from '../model/event.ts';
import { PACKAGE_ROOT } from '../model/package-root.ts';
import { watchPeakMemory } from './peak-memory.ts';

export interface ReportsSpeed {
  readonly ms: number;
  readonly peakMemoryBytes: number;
  readonly pageBytes: number;
}

const TESTS_A_CELL = 500;

/**
 * Times `pmemrig report` for a run of so many tests, with all its files. One test in fifty failed with two pages of
 * console, one in ten has figures.
 */
export async function benchReports(tests: number): Promise<ReportsSpeed> {
  const runs = await mkdtemp(join(tmpdir(), 'pmemrig-bench-reports-'));
  try {
    const runDir = join(runs, '20260101-020000-bench-0000');
    await mkdir(runDir);
    await pipeline(Readable.from(journalLines(tests / TESTS_A_CELL)), createWriteStream(join(runDir, 'events.jsonl')));
    const start = performance.now();
    const child = execa(
      process.execPath,
      [join(PACKAGE_ROOT, 'dist/orchestrator/cli.js'), 'report', runDir, '--runs', runs],
      { reject: false, stdin: 'ignore', stdout: 'ignore' },
    );
    const memory = new AbortController();
    const peak = watchPeakMemory(child.pid ?? 0, memory.signal);
    const { exitCode, stderr } = await child;
    const ms = performance.now() - start;
    memory.abort();
    if (exitCode !== 1)
      throw new InfraError(`the reports to measure ended with ${exitCode}: ${stderr}`, { code: 'bench-reports' });
    return { ms, peakMemoryBytes: await peak, pageBytes: (await stat(join(runDir, 'report.html'))).size };
  } finally {
    await rm(runs, { recursive: true });
  }
}

function* journalLines(cells: number): Generator<string> {
  let at = Date.UTC(2026, 0, 1, 2);
  let up = 0;
  const line = (event: RunEvent): string => {
    const stamp = { v: JOURNAL_VERSION, t: new Date((at += 10)).toISOString(), up: (up += 10) };
    return `${JSON.stringify({ ...stamp, ...event } satisfies JournalEvent)}\n`;
  };
  const names = Array.from(
    { length: TESTS_A_CELL },
    (_, index) => `xfstests/generic/${String(index).padStart(3, '0')}`,
  );
  const plan = Array.from({ length: cells }, (_, index) => ({
    id: `k${index % 4}/leg${Math.floor(index / 4)}/ext4-dax/xfstests`,
    kernel: `k${index % 4}`,
    image: 'bookworm',
    pmem: `leg${Math.floor(index / 4)}`,
    filesystem: 'ext4-dax',
    suite: 'xfstests',
  }));
  yield line({
    type: 'run-start',
    runId: '20260101-020000-bench-0000',
    matrix: 'bench',
    version: '0.0.0',
    host: 'bench',
    rerun: 'pmemrig run bench.yaml {filter}',
    cells: plan.map((cell) => ({ ...cell, tests: names.map((name) => ({ name, estimateSec: 1 })) })),
    excluded: [],
  });
  for (const [index, { id: cell }] of plan.entries()) {
    yield line({ type: 'cell-start', cell });
    yield line({
      type: 'guest-boot',
      guest: index,
      cell,
      accelerator: 'tcg',
      kernelRelease: '6.12.0',
      bootMs: 7000,
      console: `guests/${index}/console.log`,
    });
    for (const [place, test] of names.entries()) {
      yield line({ type: 'test-start', cell, test, attempt: 1, guest: index });
      const failed =
        (index + place) % 50 === 0
          ? ({
              status: 'fail',
              message: 'output mismatch',
              evidence: '[   12.345678] a line of a console, as long as most are\n'.repeat(80),
            } as const)
          : ({ status: 'pass' } as const);
      const metrics = place % 10 === 0 ? FIGURES : [];
      yield line({ type: 'test-end', cell, test, attempt: 1, durationMs: 1000 + place, metrics, ...failed });
    }
    yield line({ type: 'cell-end', cell });
  }
  yield line({ type: 'run-end', reason: 'finished' });
}

const FIGURES = [
  { name: 'write.iops', value: 48_210.4, unit: 'iops', better: 'higher' },
  { name: 'write.bw', value: 197_469_798, unit: 'bytes/s', better: 'higher' },
  { name: 'write.clat.p99', value: 12_345, unit: 'ns', better: 'lower' },
] as const;
