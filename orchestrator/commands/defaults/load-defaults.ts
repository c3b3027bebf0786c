import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describeFsError } from '../../../matrices/check/check-files.ts';
import { describeIssues } from '../../../matrices/source/describe-issue.ts';
import { type Problem, toUserError } from '../../../matrices/source/problem.ts';
import { MAX_BYTES, readBounded } from '../../../matrices/source/read-bounded.ts';
import { parseYaml, type YamlSource } from '../../../matrices/source/yaml-source.ts';
import { type Environment, expandPath } from '../../../matrices/values/paths.ts';
import { type SourcePosition, UserError } from '../../model/errors.ts';
import { defaultsSchema } from './defaults-schema.ts';
import { DEFAULT_KEYS, type DefaultKey } from './keys.ts';

/** A key of a file of defaults. */
interface Default {
  readonly key: DefaultKey;
  /** As it would be typed: the words of a list; paths are absolute. */
  readonly words: readonly string[];
  readonly position: SourcePosition;
}

/**
 * The defaults of some files, the first of which wins, in the order of the keys.
 * @throws UserError with the place in the file
 */
export async function loadDefaults(paths: readonly string[], env: Environment): Promise<readonly Default[]> {
  const all = (await Promise.all(paths.map(async (path) => parseDefaults(await readText(path), path, env)))).flat();
  return DEFAULT_KEYS.flatMap((wanted) => all.find(({ key }) => key === wanted) ?? []);
}

/** The defaults in the text of one file. @throws UserError with the place in the file */
export function parseDefaults(text: string, file: string, env: Environment): readonly Default[] {
  // A file with nothing but comments is one that somebody has just begun.
  if (text.replaceAll(/^\s*#.*$/gm, '').trim() === '') return [];
  const source = parseYaml(text, file, 'a file of defaults');
  const parsed = defaultsSchema.safeParse(source.value);
  if (!parsed.success) throwProblems(source, describeIssues(parsed.error.issues, source, defaultsSchema));
  // As the file has them: the schema makes bytes of sizes. It has seen that all are words, numbers or lists of words.
  const values = Object.entries(source.value as Readonly<Record<DefaultKey, string | number | readonly string[]>>);
  const problems: Problem[] = [];
  const found = values.map(([key, value]) => ({
    // The schema admits no other keys.
    key: key as DefaultKey,
    words: [value].flat().map((word) => {
      const path = expandWord(key as DefaultKey, String(word), dirname(file), env);
      if (!path.ok) problems.push({ code: 'bad-path', message: path.message, remedy: path.remedy, path: [key] });
      return path.ok ? path.path : '';
    }),
    position: source.positionOf([key]),
  }));
  throwProblems(source, problems);
  return found;
}

/** Paths count from the file, all else stays as it is. */
function expandWord(key: DefaultKey, word: string, folder: string, env: Environment): ReturnType<typeof expandPath> {
  const isPath =
    key === 'runs' ||
    (key === 'kernel' && (/^[./~$]/.test(word) || existsSync(resolve(folder, word)))) ||
    (key === 'config' && /[/~]/.test(word)) ||
    (key === 'config-base' && /[/~]/.test(word) && !word.startsWith('debian/'));
  if (!isPath) return { ok: true, path: word };
  const [, plus = '', path = ''] = /^(\+?)(.*)$/s.exec(word) ?? [];
  const expanded = expandPath(path, folder, env);
  return expanded.ok ? { ok: true, path: `${plus}${expanded.path}` } : expanded;
}

function throwProblems(source: YamlSource, problems: readonly Problem[]): void {
  const [first, ...others] = problems.map(({ path, atKey, ...problem }) => ({
    ...problem,
    position: atKey === true ? source.keyPositionOf(path) : source.positionOf(path),
  }));
  if (first) throw toUserError([first, ...others]);
}

async function readText(path: string): Promise<string> {
  const bytes = await readBounded(path, MAX_BYTES).catch((cause: unknown) => {
    const { message, ...rest } = describeFsError(path, cause);
    throw new UserError(`these defaults cannot be read: ${message}`, {
      ...rest,
      ...(rest.code === 'no-such-file' && { remedy: 'the file is a link to nowhere: mend or remove it' }),
      position: { file: path },
      cause,
    });
  });
  try {
    if (bytes.length <= MAX_BYTES) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Said below.
  }
  throw new UserError('no file of defaults: not UTF-8 text of 1 MiB at most', {
    code: 'not-utf8',
    remedy: 'save it as UTF-8; docs/config.md has its keys',
    position: { file: path },
  });
}
