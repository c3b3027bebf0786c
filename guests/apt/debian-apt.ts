import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GUEST_ARCHITECTURE } from '../../orchestrator/model/architecture.ts';
import { UserError } from '../../orchestrator/model/errors.ts';
import { digestOf, shortDigest } from '../store/digest.ts';
import { withLock } from '../store/lock.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { tryTool } from '../store/run-tool.ts';
import { writeIfChanged } from '../store/write-if-changed.ts';
import { aptConfig, aptSource } from './apt-config.ts';
import {
  classifyAptFailure,
  downloadFailed,
  explainAptFailure,
  readShownPackage,
  unknownSuite,
} from './apt-failure.ts';
import { findDebianKeyring, findDebianMirror } from './debian-mirror.ts';
import { type PackageRecord, packageRecord } from './package-record.ts';
import { rememberAnswer } from './remember-answer.ts';

const INDEX_MAX_AGE_MS = 6 * 3600_000;
/** Finding out that there is no network takes seconds: the kernels and images of one run do so once. */
const RETRY_AFTER_MS = 60_000;

/** Read access to one suite of the Debian archive, verified, beside the host's own apt. */
export interface DebianArchive {
  readonly suite: string;
  readonly uri: string;
  readonly keyring: string;
  /** Set when the archive could not be reached and the index on disk is used: one sentence for the run's notes. */
  readonly offline: string | undefined;
  /**
   * The newest version of a package, or `undefined` if the suite has none of that name. Rejects with InfraError when
   * the index cannot be read.
   */
  find(name: string): Promise<PackageRecord | undefined>;
  /**
   * Fetches a package's .deb, verified, into `dir` and gives its path. Rejects with InfraError, `no-network` if that is
   * why.
   */
  download(record: PackageRecord, dir: string): Promise<string>;
}

/**
 * Opens a suite (`bookworm`, `bookworm-backports`, `trixie`, `sid`) and refreshes its index if it is older than six
 * hours. Rejects with UserError for a suite that does not exist. Rejects with InfraError when packages cannot be
 * verified, or when neither the network nor an earlier index is there.
 */
export async function openDebianArchive(suite: string, context: PrepareContext): Promise<DebianArchive> {
  if (!/^[a-z][a-z0-9.-]*$/.test(suite)) throw unknownSuite(suite);
  const mirror = await findDebianMirror(process.env, context.cacheDir);
  const uri = suite.endsWith('-security') ? mirror.security : mirror.main;
  if (uri === undefined) {
    throw new UserError(`No security archive is known for ${suite}.`, {
      code: 'no-debian-mirror',
      remedy: 'set PMEMRIG_DEBIAN_SECURITY_MIRROR to the URL of a Debian security archive.',
    });
  }
  const keyring = findDebianKeyring();
  const dir = join(context.cacheDir, 'apt', `${suite}-${shortDigest(digestOf(uri))}`);
  const { signal } = context;
  const locked = <T>(body: () => Promise<T>): Promise<T> =>
    withLock({ path: `${dir}.lock`, what: `the package index of ${suite}`, log: context.log, signal }, body);
  const apt = (tool: 'apt-get' | 'apt-cache', ...args: string[]) =>
    [tool, '-c', join(dir, 'apt.conf'), '-q', ...args] as const;

  let refreshed = false;
  const refresh = async (): Promise<string | undefined> => {
    refreshed = true;
    if ((await isYounger(join(dir, 'unreachable'), RETRY_AFTER_MS)) && (await hasIndex(dir))) return offlineNote(suite);
    context.log(`refreshing the package index of Debian ${suite}`);
    const update = await tryTool(apt('apt-get', 'update'), { signal });
    if (update.ok) await writeFile(join(dir, 'updated'), '');
    return update.ok ? undefined : await fallBack(suite, uri, dir, update.output);
  };
  const show = async (name: string): Promise<PackageRecord | undefined> =>
    rememberAnswer(
      {
        file: join(dir, 'records.json'),
        basis: await readIndexTime(dir),
        question: name,
        answer: packageRecord,
      },
      async () => {
        const shown = await tryTool(apt('apt-cache', 'show', '--no-all-versions', name), { signal });
        return readShownPackage({ suite, name, dir }, shown);
      },
    );

  const offline = await locked(async () => {
    await writeRoot(dir, aptSource({ uri, suite, keyring, architecture: GUEST_ARCHITECTURE.debian }));
    return (await isYounger(join(dir, 'updated'), INDEX_MAX_AGE_MS)) ? undefined : await refresh();
  });

  return {
    suite,
    uri,
    keyring,
    offline,
    find: async (name) => {
      const record = await show(name);
      if (record || refreshed) return record;
      await locked(refresh);
      return await show(name);
    },
    download: async ({ name, version }, target) => {
      const get = apt('apt-get', 'download', `${name}=${version}`);
      let fetched = await tryTool(get, { cwd: target, signal });
      // The archive drops a version once it has a newer one; a fresh index says so.
      if (!fetched.ok && !refreshed) await locked(refresh);
      if (!fetched.ok) fetched = await tryTool(get, { cwd: target, signal });
      if (!fetched.ok) throw downloadFailed(`${name} ${version}`, uri, fetched.output);
      const deb = (await readdir(target)).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
      if (deb === undefined) throw downloadFailed(`${name} ${version}`, uri, 'apt-get left no package');
      return join(target, deb);
    },
  };
}

/** apt builds its package cache anew, which takes seconds, when one of these files has a new time. */
async function writeRoot(dir: string, sources: string): Promise<void> {
  const folders = ['state', 'lists/partial', 'cache/archives/partial', 'log'];
  await Promise.all(folders.map((name) => mkdir(join(dir, name), { recursive: true })));
  await writeIfChanged(join(dir, 'apt.conf'), aptConfig({ dir, architecture: GUEST_ARCHITECTURE.debian }));
  await writeIfChanged(join(dir, 'sources.list'), sources);
  await writeIfChanged(join(dir, 'status'), '');
}

/** Changes with each index that is fetched whole. */
async function readIndexTime(dir: string): Promise<string> {
  const stamp = await stat(join(dir, 'updated'), { bigint: true }).catch(() => undefined);
  return String(stamp?.mtimeNs ?? 0);
}

async function isYounger(stamp: string, limitMs: number): Promise<boolean> {
  const age = await stat(stamp).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Infinity,
  );
  return age < limitMs;
}

/** A failed refresh: an earlier, verified index will do when the network is at fault, and nothing else. */
async function fallBack(suite: string, uri: string, dir: string, output: string): Promise<string> {
  if (!(await hasIndex(dir)) || classifyAptFailure(output) !== 'network') throw explainAptFailure(suite, uri, output);
  await writeFile(join(dir, 'unreachable'), '');
  return offlineNote(suite);
}

async function hasIndex(dir: string): Promise<boolean> {
  return (await readdir(join(dir, 'lists'))).some((name) => name.includes('_Packages'));
}

function offlineNote(suite: string): string {
  return `no network: using the index of Debian ${suite} fetched earlier`;
}
