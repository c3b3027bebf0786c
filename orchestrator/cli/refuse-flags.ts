import type { Command } from 'commander';
import { UserError } from '../model/errors.ts';

/**
 * Refuses flags that would change nothing beside what else was said.
 * @param but names of options that do count
 * @param why `the matrix describes the guest`
 */
export function refuseFlags(command: Command, but: readonly string[], why: string): void {
  const said = command.options
    .filter(
      (option) =>
        command.getOptionValueSource(option.attributeName()) === 'cli' && !but.includes(option.attributeName()),
    )
    .map(({ long }) => long);
  const [first] = said;
  if (first === undefined) return;
  throw new UserError(`${said.join(' and ')} ${said.length === 1 ? 'changes' : 'change'} nothing here: ${why}`, {
    code: 'idle-flag',
    remedy: `leave ${said.join(' and ')} out`,
  });
}
