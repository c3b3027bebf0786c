import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { JournalEvent } from '../model/event.ts';
import { InfraError } from '../model/errors.ts';
import { PACKAGE_ROOT } from '../model/package-root.ts';
import { measureOverhead } from './overhead.ts';
import { watchPeakMemory } from './peak-memory.ts';

const SUITES = 10;

/**
 * Forty cells, two guests after each other: what the controller adds to the guests' own time, and its peak resident
 * memory.
 */
export async function benchOverhead(
  dir: string,
): Promise<{ readonly overhead: number; readonly peakMemoryBytes: number; readonly cells: number }> {
  const matrix = join(dir, 'overhead.yaml');
  await writeFile(matrix, overheadMatrix());
  const child = execa(
    process.execPath,
    [join(PACKAGE_ROOT, 'dist/orchestrator/cli.js'), 'run', matrix, '--jobs', '1', '--runs', dir],
    { reject: false, stdin: 'ignore' },
  );
  const memory = new AbortController();
  const peak = watchPeakMemory(child.pid ?? 0, memory.signal);
  const { exitCode, stderr } = await child;
  memory.abort();
  if (exitCode !== 0)
    throw new InfraError(`the run to measure ended with ${exitCode}: ${stderr}`, { code: 'bench-run' });
  const run = (await readdir(dir)).find((name) => name.includes('-overhead-') && !name.startsWith('.'));
  const lines = (await readFile(join(dir, run ?? '', 'events.jsonl'), 'utf8')).trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as JournalEvent);
  return {
    overhead: measureOverhead(events),
    peakMemoryBytes: await peak,
    cells: events.filter(({ type }) => type === 'cell-end').length,
  };
}

function overheadMatrix(): string {
  const suites = Array.from(
    { length: SUITES },
    (_, index) => `  - { name: fio-${index}, kind: fio, jobs: [dax-psync-fsync], runtime: 2s, size: 16M }`,
  );
  return `version: 1
name: overhead
guest: { cpus: 1, memory: 1G }
kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem:
  - { name: nvdimm, devices: [{ kind: nvdimm, size: 512M }] }
  - { name: virtio-pmem, devices: [{ kind: virtio-pmem, size: 512M }] }
filesystems:
  - { name: ext4-dax, type: ext4, mount: dax=always }
  - { name: xfs-dax, type: xfs, mount: dax=always }
suites:
${suites.join('\n')}
`;
}
