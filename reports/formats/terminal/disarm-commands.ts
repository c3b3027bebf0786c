/**
 * GitHub's runner obeys `##[command]` anywhere in a line of the log, and `::command::` at its beginning, blanks before
 * it or not. What we print holds the words of guests, compilers and mails. Outside GitHub's jobs the text stays as it
 * is.
 */
export function disarmCommands(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return env['GITHUB_ACTIONS'] === 'true'
    ? text.replaceAll('##[', '# #[').replaceAll(/^([^\S\n]*)::/gm, '$1: :')
    : text;
}
