import type { Command, Option } from 'commander';
import { findDefaultsFiles, here } from '../commands/defaults/find-files.ts';
import { DEFAULT_KEYS, type DefaultKey } from '../commands/defaults/keys.ts';
import { nameDefaults } from '../commands/defaults/name-defaults.ts';
import { logLine } from '../host/log-line.ts';
import type { UsedDefault } from '../model/used-default.ts';

/** Those of the verb that runs: a process has one. */
let latest: readonly UsedDefault[] = [];

/**
 * Gives flags of a verb that were not typed what the files of defaults say, as if it had been typed. The verb finds in
 * its option `defaults` which they are.
 * @throws UserError with the place in the file
 */
export async function applyDefaults(verb: Command, place = here()): Promise<void> {
  const open = DEFAULT_KEYS.filter((key) => isOpen(verb, key, place.env));
  if (open.length === 0) return;
  const { paths, warnings } = findDefaultsFiles(place);
  for (const warning of warnings) logLine(`warning: ${warning}`);
  if (paths.length === 0) return;
  const { loadDefaults } = await import('../commands/defaults/load-defaults.ts');
  const used: UsedDefault[] = [];
  for (const { key, words, position } of await loadDefaults(paths, place.env)) {
    const option = findOption(verb, key);
    if (!open.includes(key) || option === undefined) continue;
    // A shell is of one cell.
    const text = (verb.name() === 'shell' ? words.slice(0, 1) : words).join(',');
    const name = option.attributeName();
    const value: unknown = option.parseArg ? option.parseArg<unknown>(text, undefined) : text;
    verb.setOptionValueWithSource(name, value, 'config');
    used.push({ option: name, flag: option.long ?? option.flags, text, position });
  }
  verb.setOptionValueWithSource('defaults', used, 'config');
  latest = used;
}

/** What the terminal shows of an error, with the file and line of each flag in it that no one has typed. */
export function nameUsed(shown: string): string {
  return nameDefaults(shown, latest);
}

/** What the flags of `once` stand at by themselves. */
export function builtInDefaults(program: Command): ReadonlyMap<DefaultKey, string> {
  const once = program.commands.find((verb) => verb.name() === 'once');
  return new Map(
    DEFAULT_KEYS.flatMap((key) => {
      // A flag has a word, a number or a list of words.
      const value = once && (findOption(once, key)?.defaultValue as string | number | readonly string[] | undefined);
      return value === undefined ? [] : [[key, [value].flat().join(',')]];
    }),
  );
}

/** Whether a file may say it: the verb has the flag, and nothing that was typed, or the environment, says another. */
function isOpen(verb: Command, key: DefaultKey, env: NodeJS.ProcessEnv): boolean {
  const option = findOption(verb, key);
  if (option === undefined) return false;
  if (key === 'runs') return !isTyped(verb, option) && !env['PMEMRIG_RUNS'];
  // Without --kernels two runs are compared, and nothing is run.
  if (verb.name() === 'compare' && verb.getOptionValue('kernels') === undefined) return false;
  const name = option.attributeName();
  return !verb.options.some((other) => isTyped(verb, other) && (other === option || conflictsOf(other).includes(name)));
}

function isTyped(verb: Command, option: Option): boolean {
  return verb.getOptionValueSource(option.attributeName()) === 'cli';
}

/** Commander's types leave the property out. */
function conflictsOf(option: Option): readonly string[] {
  return (option as Option & { readonly conflictsWith: readonly string[] }).conflictsWith;
}

/** `--base` of a series is its source. What takes no value is another flag of that name. */
function findOption(verb: Command, key: DefaultKey): Option | undefined {
  const find = (long: string): Option | undefined => verb.options.find((one) => one.long === long && one.required);
  return find(`--${key}`) ?? (key === 'config-base' ? find('--base') : undefined);
}
