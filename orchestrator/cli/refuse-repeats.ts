import type { Command, Option } from 'commander';
import { UserError } from '../model/errors.ts';
import { collect, commaList } from './values.ts';

/** What gathers the values of a flag that may be said more than once. */
const GATHERING: ReadonlySet<unknown> = new Set([collect, commaList]);

/**
 * Makes a flag that takes one value an error when it is said twice: commander would quietly take the last, in every
 * verb below `program`.
 */
export function refuseRepeats(program: Command): void {
  for (const command of program.commands) {
    refuseRepeats(command);
    for (const option of command.options) if (takesOne(option)) countOnce(command, option);
  }
}

function takesOne({ required, optional, parseArg }: Option): boolean {
  return (required || optional) && !GATHERING.has(parseArg);
}

function countOnce(command: Command, option: Option): void {
  let first: string | undefined;
  command.on(`option:${option.name()}`, (value: string) => {
    if (first !== undefined)
      throw new UserError(`${option.long ?? option.flags} is said twice: ${first} and ${value}`, {
        code: 'flag-twice',
        remedy: 'keep one of them',
      });
    first = value;
  });
}
