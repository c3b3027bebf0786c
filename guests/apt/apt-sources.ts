import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../store/digest.ts';

/** What decides which archives the host's apt uses (sources.list(5), apt.conf(5)). */
const CONFIGS = ['apt.conf', 'apt.conf.d'];
const SOURCES = ['sources.list', 'sources.list.d'];
/** Since the last `apt-get update` apt knows each archive's origin and label from here. */
const LISTS = 'var/lib/apt/lists';

/**
 * A digest that changes with the sources of the host's apt. Undefined where its configuration may have moved them
 * elsewhere, so that only apt itself knows.
 * @param root the host's, but in tests
 */
export async function digestSources(env: NodeJS.ProcessEnv, root = '/'): Promise<string | undefined> {
  if (env['APT_CONFIG']) return undefined;
  const read = async (names: readonly string[]): Promise<readonly string[]> =>
    (await Promise.all(names.map(async (name) => readAll(join(root, 'etc/apt', name))))).flat();
  const configs = await read(CONFIGS);
  if (configs.some((text) => /\b(?:Root)?Dir(?:\s*\{|::(?:Etc|State)\b|\s+")/i.test(text))) return undefined;
  const lists = await stat(join(root, LISTS), { bigint: true }).catch(() => undefined);
  return digestOf(configs, await read(SOURCES), String(lists?.mtimeNs));
}

/** Names and contents of a file, or of those in a folder; nothing where there is none. */
async function readAll(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch((): string[] => []);
  const files = names.length === 0 ? [path] : names.toSorted().map((name) => join(path, name));
  return Promise.all(files.map(async (file) => `${file}\n${await readFile(file, 'utf8').catch(() => '')}`));
}
