import { DEVICE_KINDS } from '../../orchestrator/model/device-kinds.ts';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { UserError } from '../../orchestrator/model/errors.ts';
import { KERNEL_RANGE } from '../../orchestrator/model/kernel-range.ts';
import type { FilesystemType } from '../../orchestrator/model/matrix.ts';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import { describeIssues } from '../source/describe-issue.ts';
import { toUserError } from '../source/problem.ts';
import { glob, listOf, record, text } from '../values/scalars.ts';
import { parseYaml } from '../source/yaml-source.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/** How a file system treats DAX; `never` where its mount options say nothing. */
export const DAX_MODES = ['always', 'inode', 'never'] as const;
export type DaxMode = (typeof DAX_MODES)[number];

/**
 * What a list says of some tests: they are not to run here, or their failure is known. All conditions must hold.
 */
export interface XfstestsRule {
  /** Globs over names such as `generic/470`. */
  readonly tests: readonly string[];
  readonly action: 'exclude' | 'known';
  readonly reason: string;
  readonly link?: string;
  /** A range such as `>=6.1 <6.6`. */
  readonly kernels?: string;
  readonly filesystems?: readonly FilesystemType[];
  /** The kind of the device that carries TEST. */
  readonly devices?: readonly PmemDevice['kind'][];
  readonly dax?: readonly DaxMode[];
}

const rule = record('a rule', {
  tests: listOf(glob, 'tests').describe('Names or globs: generic/470, xfs/5*.'),
  action: z
    .enum(['exclude', 'known'], { error: 'expected exclude or known' })
    .describe('exclude: not run. known: run, and a failure is no news.'),
  reason: text('a reason, for the reports'),
  link: z.url({ error: 'expected a URL' }).optional(),
  kernels: text('a range of kernel versions such as ">=6.1 <6.6"')
    .regex(KERNEL_RANGE, { error: 'expected a range of kernel versions such as ">=6.1 <6.6"' })
    .optional(),
  filesystems: listOf(
    z.enum(['ext4', 'xfs', 'ext2'], { error: 'expected a filesystem type' }),
    'filesystem types',
  ).optional(),
  devices: listOf(z.enum(DEVICE_KINDS, { error: 'expected a device kind' }), 'device kinds').optional(),
  dax: listOf(z.enum(DAX_MODES, { error: 'expected always, inode or never' }), 'DAX modes').optional(),
});

const listSchema = record('the list', {
  version: z.literal(1, { error: 'expected version: 1' }),
  rules: z.array(rule, { error: 'expected a list of rules' }),
});

/**
 * Reads a file of rules about xfstests: which tests not to run where, and whose failure is no news.
 * @throws UserError with the place in the file
 */
export async function readXfstestsList(path: string): Promise<readonly XfstestsRule[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError(`the list cannot be read: ${messageOf(error)}`, {
      code: 'unreadable',
      position: { file: path },
    });
  });
  const source = parseYaml(text, path);
  const parsed = listSchema.safeParse(source.value);
  if (!parsed.success) {
    const problems = describeIssues(parsed.error.issues, source, listSchema).map(({ path: at, atKey, ...problem }) => ({
      ...problem,
      position: atKey === true ? source.keyPositionOf(at) : source.positionOf(at),
    }));
    const [first, ...others] = problems;
    throw first ? toUserError([first, ...others]) : parsed.error;
  }
  // Optional keys that are absent are no keys at all.
  return parsed.data.rules.map(
    (entry) =>
      Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as unknown as XfstestsRule,
  );
}
