import type { Command } from 'commander';
import { builtInDefaults } from './apply-defaults.ts';

/** The verbs about files that the user writes. */
export function addConfigVerbs(program: Command): void {
  program
    .command('config')
    .summary('the defaults of flags: each value, and where it comes from')
    .description(
      'Defaults are kept in .pmemrig.yaml, the nearest from the working folder upwards, and in ' +
        '$XDG_CONFIG_HOME/pmemrig/config.yaml, else ~/.config/pmemrig/config.yaml. Flags win (docs/config.md).',
    )
    .option('--json', 'as JSON')
    .action(async (options) => {
      const { configCommand } = await import('../commands/config.ts');
      process.exitCode = await configCommand(builtInDefaults(program), options);
    });

  program
    .command('schema')
    .summary('the JSON Schema of matrix files, for editors')
    .option('--config', 'that of files of defaults, see docs/config.md')
    .addHelpText('after', '\nExample:\n  pmemrig schema > matrix.schema.json')
    .action(async (options) => {
      const { schemaCommand } = await import('../commands/schema.ts');
      schemaCommand(options);
    });
}
