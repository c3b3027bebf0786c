import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { KernelProblem } from '../../../orchestrator/model/problem.ts';
import { createProblemParser } from '../problem-parser.ts';

/** A piece of console, and what is to be found in it. */
export interface ProblemLog {
  /** File and title, for a test's name. */
  readonly name: string;
  /** One a problem, in their order; each `key: value` as the file has it. */
  readonly expected: readonly ReadonlyMap<string, string>[];
  readonly text: string;
}

const DATA = join(import.meta.dirname, '..', 'testdata');

/**
 * Reads `testdata/reports/*.txt`: `@@ title`, the expected problems, each from its `kind:` on, an empty line, the raw
 * log.
 */
export function readReports(): ProblemLog[] {
  const dir = join(DATA, 'reports');
  return readdirSync(dir).flatMap((file) =>
    splitLogs(join(dir, file)).map(({ title, body }) => {
      const [head = '', ...rest] = body.split('\n\n');
      return {
        name: `${basename(file, '.txt')}: ${title}`,
        expected: readHead(head),
        text: `${rest.join('\n\n').trimEnd()}\n`,
      };
    }),
  );
}

/** Reads `testdata/harmless.txt`: `@@ title` and the raw log. */
export function readHarmless(): ProblemLog[] {
  return splitLogs(join(DATA, 'harmless.txt')).map(({ title, body }) => ({
    name: title,
    expected: [],
    text: `${body.trimEnd()}\n`,
  }));
}

/** What the parser finds in a console that comes in chunks of so many bytes. */
export function parseLog(text: string, chunkBytes = Infinity): KernelProblem[] {
  const problems: KernelProblem[] = [];
  const parser = createProblemParser((problem) => problems.push(problem));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) parser.push(bytes.subarray(at, at + chunkBytes));
  parser.end();
  return problems;
}

function splitLogs(path: string): { readonly title: string; readonly body: string }[] {
  const [, ...logs] = `\n${readFileSync(path, 'utf8')}`.split('\n@@ ');
  return logs.map((log) => {
    const end = log.indexOf('\n');
    return { title: log.slice(0, end), body: log.slice(end + 1) };
  });
}

function readHead(head: string): Map<string, string>[] {
  const problems: Map<string, string>[] = [];
  for (const line of head.split('\n')) {
    const [key = '', ...value] = line.split(': ');
    if (key === 'kind') problems.push(new Map());
    problems.at(-1)?.set(key, value.join(': '));
  }
  return problems;
}
