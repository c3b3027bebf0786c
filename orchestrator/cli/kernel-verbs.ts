import type { Command } from 'commander';
import type { KernelOptions } from '../commands/compose/compose-kernel.ts';
import { withKernelOptions } from './options.ts';
import { refuseFlags } from './refuse-flags.ts';
import { wholeNumber } from './values.ts';

/** `pmemrig kernel …`. */
export function addKernelVerbs(program: Command): void {
  const kernelCommands = program
    .command('kernel')
    .summary('build kernels, and look after those in the cache')
    .addHelpText(
      'after',
      `
Examples:
  pmemrig kernel build --kernel ~/linux --config +prove-locking
  pmemrig kernel build --kernel linux-source-6.1 --patch fix.mbox --base debian/bookworm/cloud-amd64
  pmemrig kernel build matrices/lockdep.yaml         all kernels of a matrix
  pmemrig kernel list
  pmemrig kernel prune --unused 7`,
    );

  withKernelOptions(
    kernelCommands
      .command('build')
      .summary('build or fetch kernels ahead of a run; what is there already is not built again')
      .argument('[matrix]', 'a matrix file; without it the kernel is described by the options')
      .argument('[names...]', 'only these kernels of the matrix'),
  ).action(async (matrix: string | undefined, names: string[], options: KernelOptions, command: Command) => {
    if (matrix !== undefined) refuseFlags(command, [], 'the matrix describes its kernels');
    const { kernelBuildCommand } = await import('../commands/kernel.ts');
    process.exitCode = await kernelBuildCommand(matrix, names, options);
  });

  kernelCommands
    .command('list')
    .summary('the kernels in the cache')
    .option('--json', 'as JSON')
    .action(async (options) => {
      const { kernelListCommand } = await import('../commands/kernel.ts');
      process.exitCode = await kernelListCommand(options);
    });

  kernelCommands
    .command('show')
    .summary('how a kernel in the cache was built, and its files')
    .argument('<kernel>', 'its key in `kernel list`, or the beginning of it, or its release')
    .action(async (kernel: string) => {
      const { kernelShowCommand } = await import('../commands/kernel.ts');
      process.exitCode = await kernelShowCommand(kernel);
    });

  kernelCommands
    .command('prune')
    .summary('remove kernels and sources from the cache that nobody has used for a while')
    .option('--unused <days>', 'for how long', wholeNumber, 30)
    .option('--all', 'all of them; not while a run goes on')
    .option('--dry-run', 'only say what would be removed')
    .action(async (options) => {
      const { kernelPruneCommand } = await import('../commands/kernel.ts');
      process.exitCode = await kernelPruneCommand(options);
    });
}
