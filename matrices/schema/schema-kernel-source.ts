import * as z from 'zod';
import { wholeKernelConfig } from '../../orchestrator/model/matrix.ts';
import { BASE_FORM } from './debian-base.ts';
import { debianRelease, path, record, refuse, text } from '../values/scalars.ts';

const patches = z
  .array(path('A patch or an mbox of patches.'), { error: 'expected a list of patch files' })
  .default([])
  .describe('Patches and mboxes, applied in order.');

const sourceSchema = record('the source of a kernel', {
  debian: text('a source package such as linux-source-6.1')
    .regex(/^linux-source-\d+\.\d+$/, { error: 'expected a source package such as linux-source-6.1' })
    .optional()
    .describe("Debian's package of a kernel's source."),
  release: debianRelease.optional(),
  tree: path('A git tree of the kernel, or a plain folder with its source; it stays untouched.').optional(),
  ref: text('a revision')
    .regex(/^[^\s-]\S*$/, { error: 'expected a git revision such as v6.12 or a commit' })
    .optional()
    .describe('A git revision of the tree; absent: the tree as it lies there, uncommitted changes included.'),
  patches,
})
  .superRefine((source, context) => {
    if (source.debian === undefined && source.tree === undefined)
      refuse(context, source, 'this source comes from nowhere\nadd debian, or tree');
    if (source.debian !== undefined && source.tree !== undefined)
      refuse(context, source, '"debian" and "tree" exclude each other\nkeep one of them', ['tree']);
    if (source.ref !== undefined && source.tree === undefined)
      refuse(context, source, '"ref" goes with "tree" alone\nremove "ref"', ['ref']);
    if (source.release !== undefined && source.debian === undefined)
      refuse(context, source, '"release" goes with "debian" alone\nremove "release"', ['release']);
  })
  .meta({ oneOf: [{ required: ['debian'] }, { required: ['tree'] }] });

/** The keys of a kernel that the rig builds. */
export const sourceKernelKeys = {
  source: sourceSchema.optional().describe('A kernel that the rig builds.'),
  base: text('tiny, defconfig, debian/RELEASE, or the path of a .config')
    .regex(BASE_FORM, {
      error:
        'expected debian/RELEASE or debian/RELEASE/FLAVOUR, such as debian/bookworm/cloud-amd64\n' +
        'the path of a file in a folder of that name is written ./debian/…',
    })
    .optional()
    .describe(
      'What the fragments are put on: tiny, defconfig, ' +
        "Debian's configuration (debian/RELEASE or debian/RELEASE/FLAVOUR), or the path of a .config. " +
        'Defaults to tiny.',
    ),
  config: z
    .array(text('the name of a fragment, or the path of one'), {
      error: ({ input }) =>
        `expected a list of fragments${typeof input === 'string' ? `\nwrite config: [${wholeKernelConfig(input.split(/[\s,]+/)).join(', ')}]` : ''}`,
    })
    .min(1, { error: 'expected at least one fragment' })
    .optional()
    .describe("The rig's fragments by name, your own by path (with a slash); see docs/kernel-config.md."),
};

export type KernelSourceInput = z.output<typeof sourceSchema>;

export function checkSourceKernel(
  kernel: { readonly source?: unknown; readonly base?: unknown; readonly config?: unknown },
  context: z.RefinementCtx,
): void {
  for (const key of ['base', 'config'] as const) {
    if (kernel[key] !== undefined && kernel.source === undefined)
      refuse(context, kernel, `"${key}" goes with "source" alone: any other kernel is built already\nremove "${key}"`, [
        key,
      ]);
  }
}
