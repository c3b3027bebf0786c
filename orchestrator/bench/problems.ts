import { createProblemParser } from '../../guests/problems/problem-parser.ts';

const BLOCK_BYTES = 2 ** 20;
const CHUNK_BYTES = 2 ** 16;
const MB = 1e6;
/** Guest time from one block to the next. */
const BLOCK_SEC = 400;

/**
 * How many reports a console has:
 * - `dense`: one right after the other, as of a guest whose every test warns. It comes first: what it takes of memory
 *   is not there yet.
 * - `short`: the same, each of a dozen lines and of another task.
 * - `rare`: one in every MiB.
 * - `none`: nothing that would be one.
 */
export const REPORT_DENSITIES = ['dense', 'short', 'rare', 'none'] as const;
export type ReportDensity = (typeof REPORT_DENSITIES)[number];

export interface ParserSpeed {
  /** Measured in one core's time, so that neighbours on a shared machine do not count. */
  readonly mbPerSec: number;
  /** Growth of the process, from before the first byte to its highest. */
  readonly rssGrowthBytes: number;
  readonly problems: number;
}

/** Parses so many megabytes of console text on one core. */
export function benchProblemParser(megabytes: number, density: ReportDensity): ParserSpeed {
  const block = makeBlock(density);
  const stamps = findStamps(block);
  let problems = 0;
  const parser = createProblemParser(() => (problems += 1));
  const rssBefore = process.memoryUsage.rss();
  let rssPeak = rssBefore;
  let bytes = 0;
  let cpuMicros = 0;
  for (let number = 0; bytes < megabytes * MB; number += 1) {
    // The time goes on: what had its stamp before would be known again.
    for (const { at, sec } of stamps)
      block.write(String(sec + number * BLOCK_SEC).padStart(SECONDS_WIDTH), at, 'latin1');
    const cpuBefore = process.cpuUsage();
    for (let at = 0; at < block.length; at += CHUNK_BYTES) parser.push(block.subarray(at, at + CHUNK_BYTES));
    const { user, system } = process.cpuUsage(cpuBefore);
    cpuMicros += user + system;
    bytes += block.length;
    rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
  }
  parser.end();
  return { mbPerSec: bytes / cpuMicros, rssGrowthBytes: rssPeak - rssBefore, problems };
}

function makeBlock(density: ReportDensity): Buffer {
  if (density === 'none' || density === 'rare')
    return Buffer.from(makeConsole() + (density === 'rare' ? makeReport(BLOCK_SEC - 1) : ''));
  const reports: string[] = [];
  for (let size = 0; size < BLOCK_BYTES; size += reports.at(-1)?.length ?? 0)
    reports.push(
      density === 'short' ? makeShortReport(100 + reports.length / SHORT_PER_SEC) : makeReport(100 + reports.length),
    );
  return Buffer.from(reports.join(''));
}

/** As printk writes them: five columns or more. */
const SECONDS_WIDTH = 5;

function findStamps(block: Buffer): readonly { readonly at: number; readonly sec: number }[] {
  return [...block.toString('latin1').matchAll(/^\[( *\d+)\.\d{6}\]/gm)].map(({ index, 1: sec }) => ({
    at: index + 1,
    sec: Number(sec),
  }));
}

const stampOf = (timeSec: number, caller: string): string =>
  `[${timeSec.toFixed(6).padStart(SECONDS_WIDTH + 7)}][${caller.padStart(6)}] `;

/** What a guest prints in a long night of tests: mounts, tests' names, programs' own lines. */
function makeConsole(): string {
  const lines: string[] = [BOOT_LINE];
  for (let size = 0, number = 0; size < BLOCK_BYTES; number += 1) {
    const stamp = stampOf(100 + number * 0.01, `T${300 + (number % 40)}`);
    const line = LINES[number % LINES.length]?.replaceAll('#', String(number % 7)) ?? '';
    lines.push(line.startsWith(' ') ? line.trimStart() : stamp + line);
    size += stamp.length + line.length + 1;
  }
  return `${lines.join('\n')}\n`;
}

/** A leading space: a program's line, without a stamp. */
const LINES = [
  'run fstests generic/04# at 2026-01-01 00:0#:00',
  'EXT4-fs (pmem#): mounted filesystem 4b2c1d0e-0000-4000-8000-00000000000# r/w with ordered data mode. ' +
    'Quota mode: none.',
  'EXT4-fs (pmem#): unmounting filesystem 4b2c1d0e-0000-4000-8000-00000000000#.',
  'XFS (pmem#): Mounting V5 Filesystem 4b2c1d0e-0000-4000-8000-00000000000#',
  'XFS (pmem#): Ending clean mount',
  ' generic/04#        1#s ...  1#s',
  ' fio-3.33: job#: (groupid=0, jobs=1): err= 0: pid=3#1: read: IOPS=31.#k, BW=124MiB/s (130MB/s)(124MiB/1001msec)',
  "systemd-udevd[1#1]: pmem#: Process '/usr/bin/unshare -m' succeeded.",
  'pmem#: detected capacity change from 0 to 2097152',
];

/** It has a trigger word. */
const BOOT_LINE = `${stampOf(90, 'T1')}nd_pmem namespace0.0: unable to guarantee persistence of writes`;

const REGISTERS = ['RAX', 'RDX', 'RBP', 'R10', 'R13'];
const FRAMES = 40;

/** So that a block of them fits its time. */
const SHORT_PER_SEC = 8;

/** A WARNING of one task after the other. */
function makeShortReport(sec: number): string {
  const number = Math.round(sec * SHORT_PER_SEC);
  const where = `bench_function_${number % 200}+0x10/0x340`;
  const lines = [
    '------------[ cut here ]------------',
    `WARNING: fs/dax.c:${number % 500} at ${where}, CPU#1: fio/${number}`,
    'Modules linked in: nd_pmem libnvdimm',
    `CPU: 1 UID: 0 PID: ${number} Comm: fio Not tainted 7.2.13 #1 PREEMPT(lazy)`,
    `RIP: 0010:${where}`,
    'Call Trace:',
    ' <TASK>',
    ` bench_function_${(number + 1) % 200}+0x20/0x340`,
    ` bench_function_${(number + 2) % 200}+0x30/0x340`,
    ' do_syscall_64+0x38/0x90',
    ' </TASK>',
    '---[ end trace 0000000000000000 ]---',
  ];
  return printAt(sec, `T${500 + (number % 50)}`, lines);
}

/**
 * An oops as a kernel with frame pointers prints it, of one task after the other and in one function after the other.
 */
function makeReport(sec: number): string {
  const value = (factor: number): string => (sec * factor).toString(16).padStart(16, '0');
  const registers = REGISTERS.map((name) => `${name}: ${value(7)} RBX: ${value(13)} RCX: ${value(1)}`);
  const frames = Array.from(
    { length: FRAMES },
    (_, frame) =>
      ` ${frame % 3 === 2 ? '? ' : ''}bench_function_${(sec + frame) % 200}+0x${(frame * 16).toString(16)}/0x340`,
  );
  const lines = [
    `BUG: kernel NULL pointer dereference, address: ${value(3)}`,
    '#PF: supervisor read access in kernel mode',
    '#PF: error_code(0x0000) - not-present page',
    'PGD 0 P4D 0 ',
    'Oops: Oops: 0000 [#1] SMP NOPTI',
    `CPU: 1 UID: 0 PID: ${sec} Comm: fio Not tainted 7.2.13 #1 PREEMPT(lazy)`,
    'Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2',
    'RIP: 0010:pmem_submit_bio+0x2f1/0x320',
    'Code: 48 89 e5 c7 04 25 00 00 00 00 00 00 00 00 5d c3 48 89 e5 c7 04 25 00 00',
    'RSP: 0018:ffffc900004c7e90 EFLAGS: 00000202',
    ...registers,
    'FS:  00007f1a2b3c4d00(0000) GS:ffff88807dc00000(0000) knlGS:0000000000000000',
    'CS:  0010 DS: 0000 ES: 0000 CR0: 0000000080050033',
    'CR2: 0000000000000008 CR3: 0000000001234000 CR4: 00000000000006e0',
    'Call Trace:',
    ' <TASK>',
    ...frames,
    ' </TASK>',
    'Modules linked in: nd_pmem libnvdimm',
    'CR2: 0000000000000008',
    '---[ end trace 0000000000000000 ]---',
    'RIP: 0010:pmem_submit_bio+0x2f1/0x320',
    'RSP: 0018:ffffc900004c7e90 EFLAGS: 00000202',
    ...registers,
    'note: fio[500] exited with irqs disabled',
  ];
  return printAt(sec, `T${500 + (sec % 50)}`, lines);
}

/** The lines, one right after the other. */
const printAt = (sec: number, caller: string, lines: readonly string[]): string =>
  lines.map((line, index) => `${stampOf(sec + index * 0.00002, caller)}${line}\n`).join('');
