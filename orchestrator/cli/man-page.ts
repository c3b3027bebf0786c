import type { Command } from 'commander';
import { VERSION } from '../version.ts';

/** One page for all verbs, in man(7), from the help that each prints. */
export function renderManPage(program: Command): string {
  const verbs = listVerbs(program);
  const help = program.createHelp();
  return [
    String.raw`.\" Made by "pmemrig man" from the help of each verb.`,
    `.TH PMEMRIG 1 "" "pmemrig ${VERSION}" "User Commands"`,
    '.SH NAME',
    // What whatis(1) and apropos(1) read.
    String.raw`pmemrig \- ${escape('a test rig for Linux persistent memory')}`,
    '.SH SYNOPSIS',
    ...renderSynopsis(program),
    '.SH DESCRIPTION',
    escape(program.description()),
    '.SH VERBS',
    ...verbs.flatMap(({ name, verb }) => [
      '.TP',
      String.raw`\fB${escape(name)}\fR`,
      escape(help.subcommandDescription(verb)),
    ]),
    '.SH OPTIONS',
    ...renderTerms(program),
    ...renderAfter(program),
    ...verbs.flatMap(({ name, verb }) => [
      `.SH ${escape(name).toUpperCase()}`,
      ...renderSynopsis(verb),
      '.PP',
      escape(verb.description() || `${help.subcommandDescription(verb)}.`),
      ...renderTerms(verb),
      ...renderAfter(verb),
    ]),
    '',
  ].join('\n');
}

interface NamedVerb {
  /** `kernel build`. */
  readonly name: string;
  readonly verb: Command;
}

/** Those that do something, with those of a group of verbs; not `help`. */
export function listVerbs(command: Command, before = ''): NamedVerb[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((verb) => verb.name() !== 'help')
    .flatMap((verb) => {
      const name = `${before}${verb.name()}`;
      return [{ name, verb }, ...listVerbs(verb, `${name} `)];
    });
}

function renderSynopsis(command: Command): string[] {
  return [String.raw`\fB${escape(command.createHelp().commandUsage(command))}\fR`];
}

/** Operands and flags. */
function renderTerms(command: Command): string[] {
  const help = command.createHelp();
  const terms = [
    ...help.visibleArguments(command).map((one) => [help.argumentTerm(one), help.argumentDescription(one)] as const),
    ...help.visibleOptions(command).map((one) => [help.optionTerm(one), help.optionDescription(one)] as const),
  ];
  return terms.flatMap(([term, description]) => ['.TP', String.raw`\fB${escape(term)}\fR`, escape(description)]);
}

/** Examples and remarks behind the flags, line by line as they are. */
function renderAfter(command: Command): string[] {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  const after = text.slice(command.helpInformation().length).trim();
  return after === ''
    ? []
    : ['.PP', '.nf', ...after.split('\n').map((line) => (line === '' ? '.sp' : escape(line))), '.fi'];
}

/** A line of text: no request, with hyphens that can be typed again, and in ASCII for any device. */
function escape(text: string): string {
  return text
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll('`', String.raw`\(ga`)
    .replaceAll("'", String.raw`\(aq`)
    .replaceAll('~', String.raw`\(ti`)
    .replaceAll('^', String.raw`\(ha`)
    .replaceAll(
      /[^\x20-\x7E\n]/gu,
      (sign) => String.raw`\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replaceAll(/^(?=\.)/gm, String.raw`\&`);
}
