import { describe, expect, test } from 'vitest';
import { PROBLEM_KINDS, type KernelProblem } from '../../orchestrator/model/problem.ts';
import { parseLog, readHarmless, readReports } from './testing/read-problem-logs.ts';

const REPORTS = readReports();
const HARMLESS = readHarmless();
/** What a log's head may say. */
const FACTS = [
  'kind',
  'title',
  'signature',
  'alias',
  'task',
  'cpu',
  'caller',
  'truncated',
  'fatal',
  'blame',
  'marker',
] as const;

const say = (problem: KernelProblem, fact: (typeof FACTS)[number]): string => {
  const value = fact === 'alias' ? (problem.aliases?.join(' or ') ?? false) : problem[fact];
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
};

describe('reports', () => {
  test.each(REPORTS.map((log) => [log.name, log] as const))('%s', (_name, { text, expected }) => {
    const problems = parseLog(text);
    expect(problems.map(({ kind }) => kind)).toEqual(expected.map((facts) => facts.get('kind')));
    // What the log does not call truncated is whole.
    expect(problems.filter(({ truncated }, index) => truncated && expected[index]?.has('truncated') !== true)).toEqual(
      [],
    );
    for (const [index, facts] of expected.entries()) {
      const problem = problems[index];
      const asked = FACTS.filter((fact) => facts.has(fact));
      expect(asked.map((fact) => `${fact}: ${problem === undefined ? '' : say(problem, fact)}`)).toEqual(
        asked.map((fact) => `${fact}: ${facts.get(fact) ?? ''}`),
      );
      expect([...facts.keys()].filter((key) => !FACTS.some((fact) => fact === key))).toEqual([]);
    }
  });

  test('every kind has three logs', () => {
    const kindsByLog = REPORTS.flatMap(({ expected }) => [...new Set(expected.map((facts) => facts.get('kind')))]);
    expect(PROBLEM_KINDS.filter((kind) => kindsByLog.filter((found) => found === kind).length < 3)).toEqual([]);
  });
});

test('every kind has a log of the newest kernel', () => {
  const kinds = new Set<string | undefined>(
    REPORTS.filter(({ name }) => /: 7\.\d/.test(name)).flatMap(({ expected }) =>
      expected.map((facts) => facts.get('kind')),
    ),
  );
  expect(PROBLEM_KINDS.filter((kind) => !kinds.has(kind))).toEqual([]);
});

describe('harmless', () => {
  test.each(HARMLESS.map((log) => [log.name, log] as const))('%s', (_name, { text }) => {
    expect(parseLog(text).map(({ kind, title }) => `${kind}: ${title}`)).toEqual([]);
  });

  test('all of them after each other', () => {
    expect(HARMLESS.length).toBeGreaterThanOrEqual(40);
    // Apart from the second boot's banner.
    const all = HARMLESS.map(({ text }) => text.replaceAll('Linux version', 'Linux')).join('');
    expect(parseLog(all).map(({ kind, title }) => `${kind}: ${title}`)).toEqual([]);
  });
});
