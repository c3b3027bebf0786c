import { z } from 'zod';
import { describeMisfit, nameOf, parseEach } from '../../orchestrator/model/parse-each.ts';

const namespaceSchema = z.object({
  dev: z.string(),
  mode: z.enum(['raw', 'fsdax', 'devdax', 'sector']),
  size: z.number(),
  blockdev: z.string().optional(),
  chardev: z.string().optional(),
  /** `disabled`: its driver refused it. Absent when all is well. */
  state: z.string().optional(),
});

const regionSchema = z.object({ dev: z.string(), namespaces: z.array(z.unknown()).default([]) });

/** The whole list: a bare array where no region has a namespace (ndctl 76). */
const listSchema = z.union(
  [z.object({ regions: z.array(z.unknown()) }).transform(({ regions }) => regions), z.array(z.unknown())],
  { error: 'expected a list of regions' },
);

export type NdctlNamespace = z.infer<typeof namespaceSchema>;

/** What ndctl lists and the rig cannot read: `namespace1.0: mode is "memory": …`. */
export interface UnreadNamespace {
  readonly unread: string;
}

export interface NdctlList {
  /** The namespace that fills a region, by the region's name. */
  readonly namespaces: ReadonlyMap<string, NdctlNamespace | UnreadNamespace>;
  /** Why entries that name no region cannot be read: they may be any region's. */
  readonly strays: readonly string[];
}

/**
 * Reads `ndctl list -RNi`, which prints nothing where there is nothing. An odd entry affects only its own region: ndctl
 * before 60 has other names for modes, and writes none for a namespace that it does not know. Throws on what is no
 * list.
 */
export function parseNdctlList(text: string): NdctlList {
  const { good, odd } = parseEach(text.trim() === '' ? [] : parseList(text), regionSchema);
  const namespaces = new Map<string, NdctlNamespace | UnreadNamespace>();
  for (const { dev, namespaces: entries } of good) {
    const filling = pickNamespace(entries);
    if (filling) namespaces.set(dev, filling);
  }
  const strays: string[] = [];
  for (const { entry, why } of odd) {
    const dev = nameOf(entry, 'dev');
    if (dev === undefined) strays.push(why);
    else namespaces.set(dev, { unread: `${dev}: ${why}` });
  }
  return { namespaces, strays };
}

function parseList(text: string): readonly unknown[] {
  const json: unknown = JSON.parse(text);
  const list = listSchema.safeParse(json);
  if (list.success) return list.data;
  throw new Error(describeMisfit(list.error, json));
}

/** Labelled regions also list an empty, disabled seed for the next namespace. */
function pickNamespace(entries: readonly unknown[]): NdctlNamespace | UnreadNamespace | undefined {
  const { good, odd } = parseEach(entries, namespaceSchema);
  const filled = good.filter(({ size }) => size > 0);
  const unread = odd.find(({ entry }) => !isEmpty(entry));
  return (
    filled.find(({ state }) => state !== 'disabled') ??
    filled[0] ??
    (unread && { unread: `${nameOf(unread.entry, 'dev') ?? 'a namespace'}: ${unread.why}` })
  );
}

function isEmpty(entry: unknown): boolean {
  return z.object({ size: z.literal(0) }).safeParse(entry).success;
}
