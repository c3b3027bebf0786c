import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import * as z from 'zod';
import { makeDir } from '../../orchestrator/model/make-dir.ts';
import { hashFile } from './digest.ts';
import { hashSparse, isMostlyHoles } from './sparse-file.ts';
import { writeIfChanged } from './write-if-changed.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/** The size and digest that each file of an entry had when it was made, by its path in the entry. */
const sumsSchema = z.object({ files: z.record(z.string(), z.object({ size: z.number(), sha256: z.string() })) });
type Sums = z.infer<typeof sumsSchema>;

/** A kernel's headers and makefiles are left out: thousands of small files that no guest boots from. */
const WITHOUT_SUMS = /^kbuild\//;
/**
 * Thousands of modules, which guests load from an image: only the whole check looks at them. An initramfs is made by
 * their index.
 */
const CHECKED_WHOLLY = /^lib\/.*\.ko$/;
const AT_ONCE = 8;

/** Writes down the sizes and digests of all files in `dir`, which is `entry` or will be renamed to it. */
export async function recordSums(dir: string, entry: string): Promise<void> {
  const path = sumsOf(entry);
  await makeDir(dirname(path));
  // An empty file is no sums. First, since in a cache that may only be read all files would be read for nothing, at
  // each use.
  await writeFile(path, '', { flag: 'a' });
  const names = (await listFiles(dir)).toSorted();
  const files: [string, Sums['files'][string]][] = [];
  await inParallel(
    names,
    async (name) =>
      void files.push([name, { size: (await stat(join(dir, name))).size, sha256: await sumOf(join(dir, name)) }]),
  );
  await writeIfChanged(
    path,
    `${JSON.stringify({ files: Object.fromEntries(files.toSorted(([a], [b]) => (a < b ? -1 : 1))) })}\n`,
  );
}

/**
 * What is wrong with an entry, as a clause; looks at the sizes of what guests boot from, which takes no time. One
 * without sums, from an earlier pmemrig, is taken as it is, and watched from now on.
 */
export async function findWrongSize(entry: string): Promise<string | undefined> {
  const sums = await readSums(entry);
  if (sums)
    return await findWrong(
      entry,
      Object.entries(sums.files).filter(([name]) => !CHECKED_WHOLLY.test(name)),
      async () => undefined,
    );
  await recordSums(entry, entry).catch(() => undefined);
  return undefined;
}

/** As {@link findWrongSize}, and reads every file: seconds for a root file system. */
export async function findDamage(entry: string): Promise<string | undefined> {
  const sums = await readSums(entry);
  return await findWrong(entry, Object.entries(sums?.files ?? {}), async (path, sha256) =>
    (await sumOf(path, sha256)) === sha256 ? undefined : 'is not what it was when it was made',
  );
}

async function findWrong(
  entry: string,
  files: readonly [string, Sums['files'][string]][],
  look: (path: string, sha256: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const wrong: string[] = [];
  await inParallel(files, async ([name, { size, sha256 }]) => {
    const path = join(entry, name);
    const found = await stat(path).then(
      (stats) => stats.size,
      () => undefined,
    );
    if (found === undefined) wrong.push(`${name} is missing`);
    else if (found !== size) wrong.push(`${name} has ${found} bytes instead of ${size}`);
    else {
      const problem = await look(path, sha256).catch((error: unknown) => `cannot be read: ${messageOf(error)}`);
      if (problem !== undefined) wrong.push(`${name} ${problem}`);
    }
  });
  return wrong.toSorted()[0];
}

/** A digest that {@link hashSparse} made. */
const SPARSE = 'sparse:';

/** The sum of a file as a sum that is known was made; the RAM of a template, all holes, is far quicker by its data. */
async function sumOf(path: string, known?: string): Promise<string> {
  const isSparse = known === undefined ? await isMostlyHoles(path) : known.startsWith(SPARSE);
  return isSparse ? `${SPARSE}${await hashSparse(path)}` : await hashFile(path);
}

async function readSums(entry: string): Promise<Sums | undefined> {
  try {
    return sumsSchema.parse(JSON.parse(await readFile(sumsOf(entry), 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * `<cache>/sums/kernels/linux-image-….json` for `<cache>/kernels/linux-image-…`: beside the entries, which hold only
 * what their builders put there.
 */
export function sumsOf(entry: string): string {
  const kind = dirname(entry);
  return join(dirname(kind), 'sums', basename(kind), `${basename(entry)}.json`);
}

async function listFiles(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((name) => !WITHOUT_SUMS.test(name));
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    }),
  );
}
