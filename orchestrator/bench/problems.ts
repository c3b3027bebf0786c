import { createProblemParser } from '../../guests/problems/problem-parser.ts';

const BLOCK_BYTES = 2 ** 20;
const CHUNK_BYTES = 2 ** 16;
const MB = 1e6;

export interface ParserSpeed {
  /** Of one core's time, so that neighbours on a shared machine do not count. */
  readonly mbPerSec: number;
  /** Of the process, from before the first byte to its highest. */
  readonly rssGrowthBytes: number;
  readonly problems: number;
}

/**
 * Parses so many megabytes of console text on one core.
 *
 * @param noisy a report stands in every MiB; else nothing that would be one
 */
export function benchProblemParser(megabytes: number, noisy: boolean): ParserSpeed {
  const quiet = Buffer.from(BOOT_LINE + makeConsole());
  let problems = 0;
  const parser = createProblemParser(() => (problems += 1));
  const rssBefore = process.memoryUsage.rss();
  let rssPeak = rssBefore;
  let bytes = 0;
  const cpuBefore = process.cpuUsage();
  for (let number = 0; bytes < megabytes * MB; number += 1) {
    // Each report has stamps of its own: what had its stamp before is known as printed again.
    const block = noisy ? Buffer.concat([quiet, Buffer.from(REPORT.replaceAll('[  900.', `[${String(900 + number).padStart(5)}.`))]) : quiet;
    for (let at = 0; at < block.length; at += CHUNK_BYTES) parser.push(block.subarray(at, at + CHUNK_BYTES));
    bytes += block.length;
    rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
  }
  parser.end();
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (user + system) / 1e6;
  return { mbPerSec: bytes / MB / seconds, rssGrowthBytes: rssPeak - rssBefore, problems };
}

/** What a guest prints in a long night of tests: mounts, tests' names, programs' own lines. */
function makeConsole(): string {
  const lines: string[] = [];
  for (let size = 0, number = 0; size < BLOCK_BYTES; number += 1) {
    const stamp = `[${(100 + number * 0.01).toFixed(6).padStart(12)}][${`T${300 + (number % 40)}`.padStart(7)}] `;
    const line = LINES[number % LINES.length]?.replaceAll('#', String(number % 7)) ?? '';
    lines.push(line.startsWith(' ') ? line.trimStart() : stamp + line);
    size += stamp.length + line.length + 1;
  }
  return `${lines.join('\n')}\n`;
}

/** A leading space: a program's line, without a stamp. */
const LINES = [
  'run fstests generic/04# at 2026-01-01 00:0#:00',
  'EXT4-fs (pmem#): mounted filesystem 4b2c1d0e-0000-4000-8000-00000000000# r/w with ordered data mode. Quota mode: none.',
  'EXT4-fs (pmem#): unmounting filesystem 4b2c1d0e-0000-4000-8000-00000000000#.',
  'XFS (pmem#): Mounting V5 Filesystem 4b2c1d0e-0000-4000-8000-00000000000#',
  'XFS (pmem#): Ending clean mount',
  ' generic/04#        1#s ...  1#s',
  ' fio-3.33: job#: (groupid=0, jobs=1): err= 0: pid=3#1: read: IOPS=31.#k, BW=124MiB/s (130MB/s)(124MiB/1001msec)',
  'systemd-udevd[1#1]: pmem#: Process \'/usr/bin/unshare -m\' succeeded.',
  'pmem#: detected capacity change from 0 to 2097152',
];

/** It has a trigger word. */
const BOOT_LINE = '[   90.000001][    T1] nd_pmem namespace0.0: unable to guarantee persistence of writes\n';
const REPORT = `[  900.000001][  T533] BUG: kernel NULL pointer dereference, address: 0000000000000008
[  900.000002][  T533] #PF: supervisor read access in kernel mode
[  900.000003][  T533] Oops: 0000 [#1] PREEMPT SMP NOPTI
[  900.000004][  T533] CPU: 1 PID: 533 Comm: fio Not tainted 6.1.90 #1
[  900.000005][  T533] RIP: 0010:pmem_submit_bio+0x2f1/0x320
[  900.000006][  T533] Call Trace:
[  900.000007][  T533]  <TASK>
${Array.from({ length: 30 }, (_, frame) => `[  900.0001${frame + 10}][  T533]  bench_function_${frame}+0x12/0x340\n`).join('')}[  900.000300][  T533]  </TASK>
[  900.000301][  T533] ---[ end trace 0000000000000000 ]---
`;
