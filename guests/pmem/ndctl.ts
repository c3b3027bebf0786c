import { z } from 'zod';

const namespaceSchema = z.object({
  dev: z.string(),
  mode: z.enum(['raw', 'fsdax', 'devdax', 'sector']),
  size: z.number(),
  blockdev: z.string().optional(),
  chardev: z.string().optional(),
  /** `disabled`: its driver refused it. Absent when all is well. */
  state: z.string().optional(),
});

const regionSchema = z.object({ dev: z.string(), size: z.number(), namespaces: z.array(namespaceSchema).default([]) });

export type NdctlNamespace = z.infer<typeof namespaceSchema>;
export type NdctlRegion = z.infer<typeof regionSchema>;

const listSchema = z.union([z.object({ regions: z.array(regionSchema) }).transform(({ regions }) => regions), z.array(regionSchema)]);

/**
 * Reads `ndctl list -RNi`. It prints nothing where there is nothing, and a bare array where no region has a namespace
 * (ndctl 76). Throws on anything else.
 */
export function parseNdctlList(text: string): NdctlRegion[] {
  return text.trim() === '' ? [] : listSchema.parse(JSON.parse(text));
}

/** The namespace that fills a region: labelled regions also list an empty, disabled seed for the next one. */
export function pickNamespace(namespaces: readonly NdctlNamespace[]): NdctlNamespace | undefined {
  const filled = namespaces.filter(({ size }) => size > 0);
  return filled.find(({ state }) => state !== 'disabled') ?? filled[0];
}
