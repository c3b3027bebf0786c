import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { nearest } from '../orchestrator/model/nearest.ts';
import type { Matrix } from '../orchestrator/model/matrix.ts';
import { UserError } from '../orchestrator/model/errors.ts';
import { describeFsError, findFileProblems } from './check/check-files.ts';
import { findNameProblems } from './check/check-names.ts';
import { describeIssues } from './source/describe-issue.ts';
import type { Environment } from './values/paths.ts';
import { toUserError } from './source/problem.ts';
import { MAX_BYTES, readBounded } from './source/read-bounded.ts';
import type { Problem, ValuePath } from './source/problem.ts';
import { resolveMatrix } from './resolve/resolve.ts';
import type { Resolved } from './resolve/resolve.ts';
import type { OfferedNames } from './suites/suite-format.ts';
import { formatOf } from './suites/suite-formats.ts';
import { matrixSchema } from './schema/schema.ts';
import { parseYaml } from './source/yaml-source.ts';
import type { YamlSource } from './source/yaml-source.ts';

export interface LoadOptions {
  /** For `$VAR` and `~` in paths. */
  readonly env: Environment;
  /**
   * Says for a matrix that is in no file what the user wrote in place of a value: `--size 3X`. Positions would be those
   * of a text that the user has not seen.
   */
  readonly describePlace?: (path: ValuePath) => string;
  readonly offered: OfferedNames;
}

/** A matrix, and the way to complain of it by line and column. */
export interface LoadedMatrix {
  readonly matrix: Matrix;
  /** Throws a UserError with the places of what later looks have found; nothing if they have found nothing. */
  readonly refuse: (problems: readonly Problem[]) => void;
}

/**
 * Reads a matrix file and checks all that it names on this host.
 * @throws UserError with the place in the file; further problems are listed in its message
 */
export async function loadMatrix(path: string, options: LoadOptions): Promise<LoadedMatrix> {
  const { matrix, refuse } = await loadMatrixText(await readText(path), path, options);
  return { matrix: { ...matrix, file: resolve(path) }, refuse };
}

/** As {@link loadMatrix}, for a matrix that is in no file: `label` stands in messages where the path would. */
export async function loadMatrixText(text: string, label: string, options: LoadOptions): Promise<LoadedMatrix> {
  const { source, resolved } = parse(text, label, options);
  const refuse = (problems: readonly Problem[]): void => throwProblems(source, problems, options);
  refuse(await findFileProblems(resolved.matrix, resolved.paths));
  const suites = await Promise.all(
    resolved.matrix.suites.map(async (suite) => (await formatOf(suite.kind).readFiles?.(suite)) ?? suite),
  );
  return { matrix: { ...resolved.matrix, suites }, refuse };
}

/** Parses and checks a matrix without touching the disk; relative paths count from the folder of `file`. */
export function parseMatrix(text: string, file: string, options: LoadOptions): Matrix {
  return parse(text, file, options).resolved.matrix;
}

function parse(
  text: string,
  file: string,
  { env, offered, ...options }: LoadOptions,
): { readonly source: YamlSource; readonly resolved: Resolved } {
  if (text.length > MAX_BYTES) throw tooLarge(file);
  const source = parseYaml(text, file);
  const parsed = matrixSchema.safeParse(source.value);
  if (!parsed.success) {
    throwProblems(source, describeIssues(parsed.error.issues, source, matrixSchema), options);
    throw parsed.error;
  }
  const resolved = resolveMatrix(parsed.data, { baseDir: baseOf(resolve(file)), env, offered });
  throwProblems(source, [...findNameProblems(parsed.data, offered), ...resolved.problems], options);
  return { source, resolved };
}

/** What relative paths count from: the matrix's folder; of what comes through a pipe, where the user is. */
function baseOf(file: string): string {
  return /^\/(?:dev|proc)\//.test(file) ? process.cwd() : dirname(file);
}

function throwProblems(
  source: YamlSource,
  problems: readonly Problem[],
  { describePlace }: Pick<LoadOptions, 'describePlace'>,
): void {
  const placed = problems.map(({ path, atKey, ...problem }) => ({
    ...problem,
    // A word of the command line counts from where the user is.
    ...(describePlace && problem.code === 'no-such-file' && { remedy: 'check the path' }),
    position: describePlace
      ? { file: describePlace(path) }
      : atKey === true
        ? source.keyPositionOf(path)
        : source.positionOf(path),
  }));
  // One flag may stand for several values.
  const [first, ...others] = describePlace
    ? [...new Map(placed.map((problem) => [`${problem.position.file} ${problem.message}`, problem])).values()]
    : placed;
  if (first) throw toUserError([first, ...others]);
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readBounded(path, MAX_BYTES);
    if (bytes.length > MAX_BYTES) throw tooLarge(path);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (error instanceof TypeError)
      throw new UserError('not UTF-8 text', {
        code: 'not-utf8',
        remedy: 'save the matrix as UTF-8',
        position: { file: path },
        cause: error,
      });
    const { message, ...rest } = describeFsError(path, error);
    throw new UserError(message, {
      ...rest,
      ...(rest.code === 'no-such-file' && { remedy: await suggestFile(path) }),
      cause: error,
    });
  }
}

/** The matrix itself is named from where the user is, unlike the paths in it. */
async function suggestFile(path: string): Promise<string> {
  const full = resolve(path);
  const names = (await readdir(dirname(full)).catch((): string[] => [])).filter((name) => /\.ya?ml$/.test(name));
  const near = nearest(basename(full), names);
  const place = isAbsolute(path) ? '' : `it was looked for as ${full}; `;
  if (near !== undefined) return `${place}did you mean ${join(dirname(path), near)}?`;
  return `${place}${names.length === 0 ? `${dirname(full)} holds no matrix` : `there are ${names.toSorted().slice(0, 8).join(', ')}`}`;
}

function tooLarge(file: string): UserError {
  return new UserError('larger than 1 MiB, which no matrix is', {
    code: 'too-large',
    position: { file },
    remedy: 'name a matrix file; examples are in matrices/',
  });
}
