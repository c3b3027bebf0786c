import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { makeDir } from '../../orchestrator/model/make-dir.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { writeIfChanged } from '../store/write-if-changed.ts';
import type { DebianArchive } from './debian-apt.ts';
import { type PackageRecord, packageRecord } from './package-record.ts';

/** Before kernels came in several packages there was one record. */
const recordsSchema = z.union([
  z.tuple([packageRecord], packageRecord),
  packageRecord.transform((record) => [record] as const),
]);

/** A package, and those that belong to it. */
export type PackageRecords = readonly [PackageRecord, ...PackageRecord[]];

/** Puts the .deb of a record into a folder, and gives its path. */
export type FetchPackage = (record: PackageRecord, dir: string) => Promise<string>;

/** A package whose newest version a run wants: of one suite, looked up by one name. */
interface PackageLine<T> {
  readonly suite: string;
  /** `linux-image-amd64`, a metapackage or the package itself. */
  readonly name: string;
  readonly open: () => Promise<DebianArchive>;
  /** What stands for the line in this archive today. */
  readonly find: (archive: DebianArchive) => Promise<PackageRecords>;
  /** Makes the store entry of the packages if there is none, with what `fetch` brings. */
  readonly prepare: (records: PackageRecords, fetch: FetchPackage) => Promise<T>;
}

interface Newest<T> {
  readonly records: PackageRecords;
  readonly prepared: T;
  /**
   * Set without a network, or with a cache that takes nothing: one sentence, without the record's own name, on what was
   * used instead.
   */
  readonly offline: string | undefined;
}

/**
 * Prepares the newest version of a line. When the network is needed and not there, or the cache takes nothing new, the
 * version that was prepared last serves again if the store still holds it. Else rejects with the first error.
 */
export async function prepareNewest<T>(line: PackageLine<T>, context: PrepareContext): Promise<Newest<T>> {
  const memo = join(context.cacheDir, 'apt', `${line.suite}-${line.name}.json`);
  let wanted: PackageRecord | undefined;
  try {
    const archive = await line.open();
    const records = await line.find(archive);
    wanted = records[0];
    const prepared = await line.prepare(records, async (record, dir) => archive.download(record, dir));
    await makeDir(dirname(memo));
    await writeIfChanged(memo, `${JSON.stringify(records)}\n`);
    return { records, prepared, offline: archive.offline };
  } catch (error) {
    const hindrance = describeHindrance(error);
    const records = hindrance === undefined ? undefined : await recall(memo);
    if (!records) throw error;
    const [record] = records;
    const prepared = await line.prepare(records, () => Promise.reject(error));
    const lack = wanted ? `${wanted.name} ${wanted.version} cannot be fetched, ` : '';
    const offline = `${hindrance}: ${lack}using what was prepared earlier`;
    context.log(`${offline}: ${record.name} ${record.version}`);
    return { records, prepared, offline };
  }
}

/** What an earlier version can stand in for: no network, or a cache that takes nothing new. */
function describeHindrance(error: unknown): string | undefined {
  if (!(error instanceof InfraError)) return undefined;
  if (error.code === 'no-network') return 'no network';
  return error.code === 'unusable-folder' ? 'the cache cannot be written to' : undefined;
}

async function recall(memo: string): Promise<PackageRecords | undefined> {
  try {
    return recordsSchema.parse(JSON.parse(await readFile(memo, 'utf8')));
  } catch {
    // None yet, or of another pmemrig: the network is needed then.
    return undefined;
  }
}
