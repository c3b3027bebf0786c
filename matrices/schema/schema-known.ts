import * as z from 'zod';
import { KERNEL_RANGE } from '../../orchestrator/model/kernel-range.ts';
import { record, refuse, text } from '../values/scalars.ts';

/** One entry of `known:`. */
export const knownSchema = record('a known problem', {
  signature: text('a pattern').optional().describe("Pattern over the problem's signature; * and ? stand for anything."),
  title: text('a pattern').optional().describe("Pattern over the problem's title; * and ? stand for anything."),
  reason: text('a reason, for the reports').describe('Why it is known; reports repeat it.'),
  link: z.url({ error: 'expected a URL' }).optional().describe('Where it is discussed.'),
  kernels: text('a range of kernel versions such as ">=6.1 <6.6"')
    .regex(KERNEL_RANGE, { error: 'expected a range of kernel versions such as ">=6.1 <6.6"' })
    .optional()
    .describe('The kernel versions it is known on; absent: all.'),
  expires: z.iso
    .date({ error: 'expected a day such as 2027-01-31' })
    .optional()
    .describe('The last day on which it counts as known.'),
}).superRefine((entry, context) => {
  if (entry.signature === undefined && entry.title === undefined)
    refuse(context, entry, 'this known problem fits every problem\nadd signature, title, or both');
});
