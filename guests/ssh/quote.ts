import { quoteWord } from '../../orchestrator/model/quote-word.ts';

export interface CommandLineOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * The line that sshd hands to root's login shell, whichever that is: an array runs word by word, a string by `/bin/sh
 * -c`. `exec` all the way, so that the command itself is the leader of the session that sshd made.
 */
export function composeCommandLine(
  command: string | readonly string[],
  { env = {}, cwd }: CommandLineOptions = {},
): string {
  const words = composeWords(command);
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const run = ['exec', ...(assignments.length > 0 ? ['env', ...assignments] : []), ...words].map(quoteWord).join(' ');
  return cwd === undefined ? run : `cd ${quoteWord(cwd)} && ${run}`;
}

/** The words of a command; a string is for `/bin/sh`. */
export function composeWords(command: string | readonly string[]): readonly string[] {
  return typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
}
