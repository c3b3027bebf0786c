import { Argument, type Command } from 'commander';

/** The verbs that shells and `man` are served by; the two that nobody types are hidden. */
export function addShellVerbs(program: Command): void {
  program
    .command('completion')
    .summary('the script that completes verbs, flags and their values in your shell')
    .addArgument(new Argument('<shell>', 'whose script to print').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
To install:
  bash  echo 'source <(pmemrig completion bash)' >> ~/.bashrc
  zsh   echo 'source <(pmemrig completion zsh)' >> ~/.zshrc      (behind compinit)
  fish  pmemrig completion fish > ~/.config/fish/completions/pmemrig.fish`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { SCRIPTS } = await import('./completion/scripts.ts');
      process.stdout.write(SCRIPTS[shell]);
    });

  program
    .command('complete', { hidden: true })
    .summary('what the script of `completion` asks at TAB')
    .argument('<line>', 'the command line up to the cursor')
    .action(async (line: string) => {
      try {
        const { completeLine } = await import('./completion/complete-line.ts');
        process.stdout.write(await completeLine(program, line));
      } catch {
        // A TAB shows no errors: the command itself will.
      }
    });

  program
    .command('man', { hidden: true })
    .summary('the man page, made from the help of all verbs')
    .action(async () => {
      const { renderManPage } = await import('./man-page.ts');
      process.stdout.write(renderManPage(program));
    });
}
