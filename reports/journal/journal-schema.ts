import { z } from 'zod';
import type { CellId } from '../../orchestrator/model/cell.ts';
import { GUEST_CONTROLS, JOURNAL_VERSION, type JournalEvent } from '../../orchestrator/model/event.ts';
import { PROBLEM_KINDS } from '../../orchestrator/model/problem.ts';
import { metricUnit } from './metric-unit.ts';

const text = z.string();
const count = z.int().nonnegative();
const durationMs = z.number().nonnegative();
const metric = z.object({
  name: text,
  value: z.number(),
  unit: metricUnit,
  better: z.enum(['higher', 'lower', 'neither']),
});
const kinds = z.array(z.enum(PROBLEM_KINDS));
const expectedProblem = z.object({ kinds, followers: kinds.exactOptional(), fatal: z.literal(true).exactOptional() });
const plannedCell = z.object({
  id: text,
  kernel: text,
  image: text,
  pmem: text,
  filesystem: text,
  suite: text,
  tests: z.array(
    z.object({ name: text, estimateSec: z.number().nonnegative(), expects: expectedProblem.exactOptional() }),
  ),
});
const shard = z.object({
  index: z.int().positive(),
  of: z.int().positive(),
  elsewhere: z.array(z.object({ shard: z.int().positive(), at: count, cell: plannedCell })),
});
const phases = z.array(z.object({ phase: text, ms: durationMs })).exactOptional();
const grown = z.int();
const lockdepCoverage = z.object({
  covered: z.boolean(),
  reason: text.exactOptional(),
  classes: count,
  dependencies: count,
  chains: count,
  grown: z.object({ classes: grown, dependencies: grown, chains: grown }),
});
const kernelProblem = z.object({
  kind: z.enum(PROBLEM_KINDS),
  title: text,
  signature: text,
  aliases: z.array(text).readonly().exactOptional(),
  lines: z.array(text),
  caller: text.exactOptional(),
  cpu: count.exactOptional(),
  task: text.exactOptional(),
  truncated: z.boolean(),
  fatal: z.boolean(),
  blame: z.enum(['kernel', 'rig']),
  marker: text.exactOptional(),
  further: count.exactOptional(),
});
// A journal line cannot show the brand, which says who made an id; only a plan writes these.
const excludedCell = z.object({ id: z.custom<CellId>((id) => typeof id === 'string'), reason: text });

const stamp = { v: z.int().min(1).max(JOURNAL_VERSION), t: z.iso.datetime(), up: z.number().exactOptional() };

/**
 * One line of the journal. Unknown keys are dropped: a later rig may say more about an event without a new version. An
 * unknown `type` is refused. At a version that this reader knows it can only be damage, and a report that skipped it
 * might call a bad run green. So whoever adds an event type raises {@link JOURNAL_VERSION}.
 */
export const JOURNAL_EVENT: z.ZodType<JournalEvent> = z.discriminatedUnion('type', [
  z.object({
    ...stamp,
    type: z.literal('run-start'),
    runId: text,
    matrix: text,
    version: text,
    host: text,
    rerun: text,
    retries: count.exactOptional(),
    split: count.exactOptional(),
    repeat: count.exactOptional(),
    narrowed: z.literal(true).exactOptional(),
    phases,
    shard: shard.exactOptional(),
    cells: z.array(plannedCell),
    excluded: z.array(excludedCell),
  }),
  z.object({
    ...stamp,
    type: z.literal('stage'),
    stage: text,
    detail: text,
    status: z.enum(['start', 'done', 'failed']),
    durationMs: durationMs.exactOptional(),
    digest: text.exactOptional(),
    source: z.object({ commit: text.exactOptional(), patchset: text }).exactOptional(),
    warnings: z.array(z.object({ file: text, line: count, text })).exactOptional(),
  }),
  z.object({ ...stamp, type: z.literal('resume'), version: text, host: text, phases }),
  z.object({ ...stamp, type: z.literal('cell-start'), cell: text }),
  z.object({
    ...stamp,
    type: z.literal('guest-boot'),
    guest: count,
    cell: text,
    accelerator: text,
    kernelRelease: text,
    bootMs: durationMs,
    template: text.exactOptional(),
    console: text,
  }),
  z.object({
    ...stamp,
    type: z.literal('guest-end'),
    guest: count,
    how: z.enum(['disposed', 'panic', 'power-off', 'reset', 'stall', 'ssh-lost', 'qemu-died']),
    detail: text.exactOptional(),
  }),
  z.object({
    ...stamp,
    type: z.literal('guest-control'),
    guest: count,
    action: z.enum(GUEST_CONTROLS),
    detail: text.exactOptional(),
  }),
  z.object({
    ...stamp,
    type: z.literal('test-start'),
    cell: text,
    test: text,
    attempt: count,
    guest: count.exactOptional(),
    waitedMs: durationMs.exactOptional(),
  }),
  z.object({
    ...stamp,
    type: z.literal('test-end'),
    cell: text,
    test: text,
    attempt: count,
    status: z.enum(['pass', 'fail', 'skip', 'excluded', 'crash', 'hang', 'infra']),
    durationMs,
    message: text.exactOptional(),
    evidence: text.exactOptional(),
    forgiven: z.object({ by: z.enum(['list', 'test']), reason: text }).exactOptional(),
    metrics: z.array(metric).exactOptional(),
    artifacts: z.array(text).exactOptional(),
    parent: text.exactOptional(),
    retried: z.literal(true).exactOptional(),
    lockdep: lockdepCoverage.exactOptional(),
    phases,
  }),
  z.object({
    ...stamp,
    type: z.literal('problem'),
    cell: text,
    guest: count,
    test: text,
    attempt: count,
    during: z.enum(['test', 'gap']),
    file: text.exactOptional(),
    problem: kernelProblem,
    expected: z.literal(true).exactOptional(),
    known: z.object({ reason: text, link: text.exactOptional() }).exactOptional(),
    expired: text.exactOptional(),
  }),
  z.object({ ...stamp, type: z.literal('cell-end'), cell: text, reason: text.exactOptional() }),
  z.object({ ...stamp, type: z.literal('note'), text }),
  z.object({
    ...stamp,
    type: z.literal('run-end'),
    reason: z.enum(['finished', 'interrupted', 'infra', 'user']),
    message: text.exactOptional(),
  }),
]);
