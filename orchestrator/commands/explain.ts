import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { wrapText } from '../../reports/formats/mail/wrap-text.ts';
import { summarizeRun } from '../../reports/fold/summarize-run.ts';
import { openHistory } from '../../reports/history/history.ts';
import { cleanLine } from '../../reports/text/clean-text.ts';
import { MARKS } from '../../reports/text/outcome-symbols.ts';
import { choosePalette } from '../../reports/formats/terminal/palette.ts';
import { widthOf } from '../../reports/formats/terminal/width-of.ts';
import { logLine } from '../host/log-line.ts';
import { printText } from '../host/print.ts';
import { UserError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { runsDir } from '../model/paths.ts';
import { ALL_SUITES } from '../suites/registry.ts';
import { describeRule, type NamedRule } from '../suites/shared/rules/describe-rule.ts';
import { testName } from '../suites/shared/rules/plan-rules.ts';
import { renderChecks } from '../suites/shared/rules/render-checks.ts';

export interface ExplainOptions {
  readonly runs?: string;
  readonly markdown?: boolean;
}

/** Every rule, suite by suite. */
export const ALL_RULES: readonly NamedRule[] = ALL_SUITES.flatMap(({ kind, rules = [] }) =>
  rules.map((rule) => ({ suite: kind, rule })),
);

/**
 * `pmemrig explain [WHAT]`: a rule by `suite/rule` or a test's whole name, with what it last came to; else the rules of
 * a suite, or all of them, a line each.
 */
export async function explainCommand(what: string | undefined, { runs, markdown }: ExplainOptions): Promise<number> {
  if (markdown === true) {
    printText(renderChecks(ALL_RULES));
    return 0;
  }
  const [suite, id] = what?.split('/') ?? [];
  const found = ALL_RULES.filter(
    (named) => (suite === undefined || named.suite === suite) && (id === undefined || named.rule.id === id),
  );
  if (found.length === 0) throw unknownRule(what ?? '');
  const [first] = found;
  printText(
    id === undefined || first === undefined ? listRules(found) : await explainRule(first, resolve(runs ?? runsDir())),
  );
  return 0;
}

function listRules(rules: readonly NamedRule[]): string {
  const width = Math.max(...rules.map(({ suite, rule }) => `${suite}/${rule.id}`.length));
  return rules.map(({ suite, rule }) => `${`${suite}/${rule.id}`.padEnd(width)}  ${rule.title}\n`).join('');
}

async function explainRule(named: NamedRule, runs: string): Promise<string> {
  const palette = choosePalette(process.stdout);
  const columns = Math.min(100, widthOf(process.stdout));
  const indent = '    ';
  const wrapped = (line: string): string => `${wrapText(line, { width: columns, first: indent }).join('\n')}\n`;
  const parts = describeRule(named).map(
    ({ label, lines }) => `  ${palette.dim(label)}\n${lines.map(wrapped).join('')}`,
  );
  const name = `${named.suite}/${named.rule.id}`;
  const filter = named.rule.cases === undefined ? name : `${name}/*`;
  const untested = `no run has tested it: pmemrig once --suite ${named.suite} --test '${filter}'`;
  const results = await findLastResults(named, runs);
  const last = results.length === 0 ? [untested] : results;
  return (
    `${palette.bold(name)}: ${named.rule.title}\n\n${parts.join('\n')}\n` +
    `  ${palette.dim('last seen')}\n${last.map(wrapped).join('')}`
  );
}

/** What the newest run that tested it saw, a line for each test of each cell. */
async function findLastResults({ suite, rule }: NamedRule, runs: string): Promise<readonly string[]> {
  using history = await openHistory(runs, logLine);
  const names = (rule.cases ?? ['']).map((caseName) => testName(suite, rule.id, caseName));
  const lines = (await Promise.all(names.map(async (test) => history.test({ test, last: 1 })))).flat();
  const newest = lines.reduce((latest, { run }) => (run.runId > latest ? run.runId : latest), '');
  const seen = newest === '' ? new Map<string, string>() : await readSeen(join(runs, newest));
  return lines
    .filter(({ run }) => run.runId === newest)
    .map(({ cell, test, outcome, message = seen.get(`${cell} ${test}`) }) => {
      const said = message === undefined ? '' : `: ${cleanLine(message)}`;
      return `${MARKS[outcome]} ${outcome}  ${cell}  ${test}${said}  (${newest})`;
    });
}

/** What each test of a run saw, by cell and test: history keeps it of failures alone. Empty for a run that was removed. */
async function readSeen(runDir: string): Promise<ReadonlyMap<string, string>> {
  if (!existsSync(runDir)) return new Map();
  const { cells } = await summarizeRun(runDir);
  return new Map(
    cells.flatMap(({ id, tests }) =>
      tests.map(({ name, attempts }) => [`${id} ${name}`, attempts.at(-1)?.message ?? ''] as const),
    ),
  );
}

function unknownRule(what: string): UserError {
  const names = ALL_RULES.map(({ suite, rule }) => `${suite}/${rule.id}`);
  const near = nearest(what, names);
  return new UserError(`no rule is named ${what}`, {
    code: 'unknown-rule',
    remedy: near === undefined ? '`pmemrig explain` lists them' : `did you mean ${near}? \`pmemrig explain\` lists all`,
  });
}
