import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { beforeEach, expect, test, vi } from 'vitest';
import { parseDocument } from 'yaml';
import { PACKAGE_ROOT } from '../model/package-root.ts';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(PACKAGE_ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** In a block the whole line is a command; in running text it may be only the verb that is meant. */
interface Written {
  readonly where: string;
  readonly line: string;
  readonly isSpan: boolean;
}

/** What may be left out where a verb or a flag is only mentioned. */
const MENTIONED: ReadonlySet<string> = new Set([
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument',
  'commander.help',
]);

const WRITTEN = DOCUMENTS.flatMap((document) =>
  findCommands(document, readFileSync(join(PACKAGE_ROOT, document), 'utf8')),
);

beforeEach(() => {
  vi.resetModules();
});

test('the CI files in docs/nightly.md are YAML, without a warning', () => {
  const text = readFileSync(join(PACKAGE_ROOT, 'docs', 'nightly.md'), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  for (const block of blocks) {
    const { errors, warnings } = parseDocument(block, { strict: true });
    expect([...errors, ...warnings]).toEqual([]);
  }
});

test('commands are found in blocks, in CI files and in running text', () => {
  const text =
    '```sh\nA=1 npx pmemrig once x --fs ext4 -- ./a.sh   # why\n```\n`pmemrig report` and `pmemrig\nserve`\n';
  expect(findCommands('x.md', text)).toEqual([
    { where: 'x.md:2', line: 'pmemrig once x --fs ext4 -- ./a.sh   # why', isSpan: false },
    { where: 'x.md:4', line: 'pmemrig report', isSpan: true },
    { where: 'x.md:4', line: 'pmemrig serve', isSpan: true },
  ]);
  expect(findCommands('x.md', '```yaml\n  - npx pmemrig run a.yaml\n```\n')).toMatchObject([
    { line: 'pmemrig run a.yaml', isSpan: false },
  ]);
  expect(WRITTEN.length).toBeGreaterThan(100);
});

test('a wrong flag, verb or value in a document is found', async () => {
  await expect(parse('pmemrig once --kernal x', false)).rejects.toThrow("unknown option '--kernal'");
  await expect(parse('pmemrig onze', true)).rejects.toThrow("unknown command 'onze'");
  await expect(parse('pmemrig run a.yaml --retries many', false)).rejects.toThrow(CommanderError);
  await expect(parse('pmemrig once --size 1G --size 2G', false)).rejects.toThrow('said twice');
  await expect(parse('pmemrig nightly', false)).rejects.toThrow('missing required argument');
  await expect(parse('pmemrig nightly', true)).resolves.toBeUndefined();
});

test.each(WRITTEN)('$where: $line', async ({ line, isSpan }) => {
  await expect(parse(line, isSpan)).resolves.toBeUndefined();
});

/** Parses a line as the real command line does, and runs nothing. */
async function parse(line: string, isSpan: boolean): Promise<void> {
  // A program notes what it was given, and so serves one line.
  const { program } = await import('./program.ts');
  disarm(program);
  const [, ...words] = splitWords(line);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // A group of verbs alone shows its help.
    const isMention = isSpan && MENTIONED.has(error.code);
    if (!isMention && error.exitCode !== 0) throw error;
  }
}

function disarm(command: Command): void {
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
  for (const verb of command.commands) disarm(verb);
}

/** As a shell does, up to a comment, a pipe or the next command; each variable is a 1. */
function splitWords(line: string): readonly string[] {
  const words = line.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g);
  const found: string[] = [];
  for (const [word] of words) {
    if (/^(?:#|\||&&|;|[<>]$|>>$)/.test(word)) break;
    found.push(word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3').replaceAll(/\$[A-Z_]+/g, '1'));
  }
  return found;
}

function findCommands(document: string, text: string): readonly Written[] {
  const found: Written[] = [];
  const prose = text.replaceAll(/^```[^]*?^```$/gm, (block, offset: number) => {
    const first = lineOf(text, offset);
    for (const [index, line] of block.split('\n').entries()) {
      const command = /^\s*(?:- |\$ )?(?:[A-Z_]+=\S+ )*(?:npx )?(pmemrig (?!runs ).*)$/.exec(line)?.[1];
      if (command !== undefined) found.push({ where: `${document}:${first + index}`, line: command, isSpan: false });
    }
    return block.replaceAll(/[^\n]/g, ' ');
  });
  for (const { 1: command = '', index } of prose.matchAll(/`(?:npx )?(pmemrig\s[^`]+)`/g))
    found.push({ where: `${document}:${lineOf(prose, index)}`, line: command.replaceAll(/\s+/g, ' '), isSpan: true });
  return found;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
