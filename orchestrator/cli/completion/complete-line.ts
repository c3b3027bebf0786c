import type { Argument, Command, Option } from 'commander';
import {
  type Offer,
  type Offered,
  offerValues,
  type Typed,
  type ValueKind,
} from '../../commands/offer/offer-values.ts';
import { commaList } from '../values.ts';
import { splitLine } from './split-line.ts';
import { FLAG_KINDS, OPERAND_KINDS } from './value-kinds.ts';

/** What is longer does not fit beside the word. */
const LONGEST_ABOUT = 80;

/**
 * What the last word of a command line up to the cursor may become, for the scripts of the shells: a line with the files
 * that the shell adds and the word as it is read here, then a line for each word, with a tab before its description.
 */
export async function completeLine(program: Command, line: string): Promise<string> {
  const [word = '', ...before] = splitLine(line).toReversed();
  const { words = [], files = 'none' } = await offer(readLine(program, before.toReversed()), word);
  const lines = words
    .filter(({ value }) => value.startsWith(word))
    .map(({ value, about = '' }) => (about === '' ? value : `${value}\t${shorten(about)}`));
  return `${[`${files}\t${word}`, ...lines].join('\n')}\n`;
}

/** Where on a command line the cursor stands. */
interface Place {
  readonly command: Command;
  /** A flag that waits for its value. */
  readonly open?: Option;
  readonly operands: readonly string[];
  /** Behind `--`. */
  readonly isPlain: boolean;
  readonly typed: Typed;
}

function readLine(program: Command, words: readonly string[]): Place {
  let command = program;
  let open: Option | undefined;
  let isPlain = false;
  const operands: string[] = [];
  const values: { readonly flag: string | undefined; readonly value: string }[] = [];
  for (const word of words) {
    const waiting = open;
    open = undefined;
    if (waiting && takes(waiting, word)) values.push({ flag: waiting.long, value: word });
    else if (!isPlain && word === '--') isPlain = true;
    else if (!isPlain && /^-./.test(word)) {
      const [flag, value] = splitFlag(word);
      const option = findOption(command, flag);
      if (value !== undefined) values.push({ flag: option?.long, value });
      else if (option?.required === true || option?.optional === true) open = option;
    } else {
      const verb = operands.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (verb) command = verb;
      else operands.push(word);
    }
  }
  const all = (flag: string): string[] => values.flatMap((one) => (one.flag === flag ? one.value.split(',') : []));
  const [runs] = all('--runs');
  const typed = { suites: all('--suite'), ...(runs !== undefined && { runs }) };
  return { command, operands, isPlain, typed, ...(open && { open }) };
}

async function offer({ command, open, operands, isPlain, typed }: Place, word: string): Promise<Offered> {
  if (open && takes(open, word)) return offerFlagValues({ command, option: open, typed }, word, '');
  if (!isPlain && word.startsWith('-')) {
    const [flag, value] = splitFlag(word);
    if (value === undefined) return { words: listFlags(command) };
    const option = findOption(command, flag);
    return option ? offerFlagValues({ command, option, typed }, value, `${flag}=`) : {};
  }
  if (command.commands.length > 0)
    return { words: operands.length === 0 || operands[0] === 'help' ? listVerbs(command) : [] };
  const { registeredArguments: all } = command;
  const argument: Argument | undefined =
    all[operands.length] ?? (all.at(-1)?.variadic === true ? all.at(-1) : undefined);
  if (argument === undefined) return {};
  if (argument.argChoices) return { words: argument.argChoices.map((value) => ({ value })) };
  // What follows `--` is a command of the user's.
  const kind = isPlain ? 'files' : kindOf(OPERAND_KINDS, command, argument.name());
  return kind ? offerValues(kind, typed) : {};
}

/** Of a list the part behind the last comma is completed, by what is not in it yet. */
async function offerFlagValues(
  { command, option, typed }: { readonly command: Command; readonly option: Option; readonly typed: Typed },
  value: string,
  prefix: string,
): Promise<Offered> {
  if (option.argChoices) return { words: option.argChoices.map((choice) => ({ value: prefix + choice })) };
  const kind = kindOf(FLAG_KINDS, command, option.long ?? '');
  if (!kind) return {};
  const { words = [], ...rest } = await offerValues(kind, typed);
  const head = option.parseArg === commaList ? value.slice(0, value.lastIndexOf(',') + 1) : '';
  const listed = new Set(head.split(','));
  return {
    ...rest,
    words: words.filter((one) => !listed.has(one.value)).map((one) => ({ ...one, value: prefix + head + one.value })),
  };
}

function kindOf(kinds: Readonly<Record<string, ValueKind>>, command: Command, name: string): ValueKind | undefined {
  return kinds[`${command.name()} ${name}`] ?? kinds[name];
}

function listVerbs(command: Command): Offer[] {
  const help = command.createHelp();
  return help.visibleCommands(command).map((verb) => ({ value: verb.name(), about: help.subcommandDescription(verb) }));
}

function listFlags(command: Command): Offer[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long === undefined ? [] : [{ value: long, about: description }]));
}

/** Of the verb or, as `--verbose`, of all verbs. */
function findOption(command: Command, flag: string): Option | undefined {
  const found = command.options.find(({ long, short }) => flag === long || flag === short);
  return found ?? (command.parent ? findOption(command.parent, flag) : undefined);
}

/** Whether a word behind a flag is its value. */
function takes(option: Option, word: string): boolean {
  return option.required || !word.startsWith('-');
}

/** `--flag=value`, and `-j4`. */
function splitFlag(word: string): readonly [string, string?] {
  const [, flag = word, value] = /^(--[^=]*)=(.*)$/s.exec(word) ?? /^(-[^-])(.+)$/s.exec(word) ?? [];
  return value === undefined ? [flag] : [flag, value];
}

function shorten(about: string): string {
  const line = about.replaceAll(/\s+/g, ' ');
  return line.length > LONGEST_ABOUT ? `${line.slice(0, LONGEST_ABOUT - 1)}…` : line;
}
