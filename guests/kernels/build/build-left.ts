import * as z from 'zod';

/** What a build leaves for the next one on the same tree. */
export const buildLeftSchema = z.object({
  /** Digest of the `.config`, which nobody but the rig should change. */
  config: z.string(),
  /** Of the configuration. */
  notes: z.array(z.string()),
  /** Lines of the compiler's warnings by what it made: an object that is left as it is would warn again. */
  warnings: z.record(z.string(), z.array(z.string())),
  /** What an outside module is built with, and the store's entry that it was kept in. */
  kbuild: z.object({ listing: z.string(), key: z.string() }).optional(),
  /** The modules and the kernel's entry that has them. */
  modules: z.object({ listing: z.string(), entry: z.string() }).optional(),
});

export type BuildLeft = z.output<typeof buildLeftSchema>;
