#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { KernelOptions } from './commands/compose-kernel.ts';
import type { OnceOptions } from './commands/compose-once.ts';
import type { ExecuteOptions } from './commands/execute-run.ts';
import { describeError, KernelError, UserError } from './model/errors.ts';
import { VERSION } from './version.ts';

/** Verbs and flags only; each verb's work is in its own file, loaded when asked for. */
const program = new Command('pmemrig')
  .description('A test rig for Linux persistent memory: boots QEMU guests with emulated pmem and says what a kernel broke.')
  .version(VERSION)
  .option('-v, --verbose', 'diagnostics on stderr')
  .showSuggestionAfterError()
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  pmemrig doctor                                     what this host has and lacks
  pmemrig run matrices/smoke.yaml                    the whole matrix
  pmemrig run matrices/smoke.yaml --filter 'kernel=debian-6.12' --filter 'pmem=virtio-pmem'
  pmemrig once --kernel ~/linux/arch/x86/boot/bzImage --pmem nvdimm,virtio-pmem
  pmemrig once --kernel ~/linux --config +prove-locking --patch fix.mbox --pmem virtio-pmem
  pmemrig once --kernel bookworm-backports --pmem nvdimm -- ./repro.sh --loops 10
  pmemrig shell --kernel bookworm --pmem virtio-pmem  look around in such a guest
  pmemrig selftest --kernel ~/linux/arch/x86/boot/bzImage  does the rig see what a kernel may complain of?

Exit status: 0 all as expected, 1 failures, 2 your input, 3 the rig or the host, 130 interrupted.`,
  );

const DEFAULT_PMEM: string[] = ['nvdimm'];

const runsOption = new Option('--runs <dir>', 'where runs are kept (default: $PMEMRIG_RUNS or $XDG_STATE_HOME/pmemrig/runs)');
const filterOption = new Option('--filter <glob>', 'only these cells: a glob over cell ids, or axis=glob; repeatable').argParser(collect).default([], 'all');
const retriesOption = new Option('--retries <n>', 'run a test that did not pass up to n more times, each time in a fresh guest after all others; every attempt is kept').argParser(wholeNumber).default(0);
const jobsOption = new Option('-j, --jobs <n>', 'guests at once (default: as many as memory and cores admit)').argParser(positiveNumber);
const splitOption = new Option('--split <n>', 'spread the tests of one cell over up to n guests at once, the longest first, where its suite allows it (fio)').argParser(positiveNumber);

program
  .command('run')
  .summary('run a matrix')
  .description('Boots a guest for each group of cells, runs their suites, and writes junit.xml, summary.md and report.html.')
  .argument('[matrix]', 'the matrix file')
  .addOption(filterOption)
  .addOption(retriesOption)
  .addOption(splitOption)
  .addOption(jobsOption)
  .addOption(runsOption)
  .addOption(new Option('--resume <run>', 'go on with a run whose controller was killed or interrupted: a run folder, an id, or latest').conflicts(['filter', 'retries']))
  .addHelpText('after', "\nExamples:\n  pmemrig run matrices/smoke.yaml --filter '*/virtio-pmem/**' --retries 1\n  pmemrig run --resume latest")
  .action(async (matrix: string | undefined, options) => {
    const { runCommand } = await import('./commands/run.ts');
    process.exitCode = await runCommand(matrix, { ...options, verbose: isVerbose() });
  });

withGuestOptions(
  program
    .command('once')
    .summary('run one kernel without a matrix file')
    .argument('[command...]', 'after --: your own test; a local file, or a folder with its run.sh, is copied into the guest, exit 0 passes, 4 skips')
    .option('--suite <names>', 'suites to run (default: fio, unless a command is given)', commaList)
    .option('--group <group>', 'xfstests: a group such as dax, or an expression such as "quick & !dangerous"; repeatable', collect)
    .option('--test <name>', 'xfstests: one test, such as generic/413; repeatable', collect)
    .addOption(retriesOption)
    .addOption(splitOption)
    .addOption(jobsOption)
    .addOption(runsOption)
    .addOption(filterOption)
    .option('--upload <dir>', 'copy this folder in and look the command up there')
    .option('--timeout <duration>', 'deadline of the command (default: 120s)')
    .option('--known <glob>', "a kernel problem that is no news, by a pattern over its signature, as the report has it; repeatable", collect)
    .option('--bisect', 'exit as `git bisect run` wants: 0 good, 1 bad, 125 cannot tell; 255 stops it for an error in the command line')
    .addHelpText(
      'after',
      `
Examples:
  pmemrig once --kernel ~/linux/arch/x86/boot/bzImage --modules ~/linux/out/lib/modules --pmem virtio-pmem
  pmemrig once --kernel bookworm --pmem nvdimm --fs ext4-dax -- ./repro.sh --loops 10
  pmemrig once --kernel ~/linux --config +prove-locking --patch fix.mbox --pmem virtio-pmem
  XFSTESTS_TREE=~/xfstests pmemrig once --kernel ~/linux --pmem virtio-pmem --fs ext4-dax,xfs-dax --group dax
  git bisect run pmemrig once --kernel . --pmem virtio-pmem --bisect -- ~/repro.sh

The command sees $PMEMRIG_DEV0 (and so on), $PMEMRIG_MNT when --fs is given, and $PMEMRIG_ARTIFACTS for files to keep.`,
    ),
).action(async (command: string[], options: OnceOptions & ExecuteOptions & { readonly bisect?: boolean }) => {
  const { onceCommand } = await import('./commands/once.ts');
  process.exitCode = await onceCommand(command, { ...options, verbose: isVerbose() }, process.argv.slice(2));
});

withGuestOptions(
  program
    .command('selftest')
    .summary('show that the rig sees kernel problems on a kernel')
    .description('Builds the canary module for the kernel, has it plant one problem after the other in a guest, and says which were seen as what they are.')
    .addOption(runsOption)
    .addOption(filterOption)
    .addHelpText(
      'after',
      `
Examples:
  pmemrig selftest --kernel ~/linux/arch/x86/boot/bzImage
  pmemrig selftest --kernel ~/linux --config +prove-locking,+hung-task

The kernel is one that the rig builds, or lies in its build tree as \`make\` left it: the canary is compiled for it. Problems that this kernel does not
report (no PROVE_LOCKING) are skipped. Exits 0 if all others were seen, 3 if the rig missed one.`,
    ),
).action(async (options: OnceOptions & ExecuteOptions) => {
  const { selftestCommand } = await import('./commands/selftest.ts');
  process.exitCode = await selftestCommand({ ...options, retries: 0, verbose: isVerbose() }, process.argv.slice(2));
});

withGuestOptions(
  program
    .command('shell')
    .summary("an interactive session in a cell's guest")
    .argument('[matrix]', 'a matrix file; without it the guest is described by the options')
    .argument('[cell]', 'the cell (id or glob) whose guest to boot')
    .addHelpText('after', "\nExamples:\n  pmemrig shell --kernel bookworm-backports --pmem nvdimm-devdax\n  pmemrig shell matrices/smoke.yaml 'debian-6.12/virtio-pmem/ext4-dax/*'"),
).action(async (matrix: string | undefined, cell: string | undefined, options: OnceOptions) => {
  const { shellCommand } = await import('./commands/shell.ts');
  process.exitCode = await shellCommand(matrix, cell, options);
});

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
).action(async (matrix: string | undefined, names: string[], options: KernelOptions) => {
  const { kernelBuildCommand } = await import('./commands/kernel.ts');
  process.exitCode = await kernelBuildCommand(matrix, names, options);
});

kernelCommands
  .command('list')
  .summary('the kernels in the cache')
  .option('--json', 'as JSON')
  .action(async (options) => {
    const { kernelListCommand } = await import('./commands/kernel.ts');
    process.exitCode = await kernelListCommand(options);
  });

kernelCommands
  .command('show')
  .summary('how a kernel in the cache was built, and its files')
  .argument('<kernel>', 'its key in `kernel list`, or the beginning of it, or its release')
  .action(async (kernel: string) => {
    const { kernelShowCommand } = await import('./commands/kernel.ts');
    process.exitCode = await kernelShowCommand(kernel);
  });

kernelCommands
  .command('prune')
  .summary('remove kernels and sources from the cache that nobody has used for a while')
  .option('--unused <days>', 'for how long', wholeNumber, 30)
  .option('--all', 'all of them; not while a run goes on')
  .option('--dry-run', 'only say what would be removed')
  .action(async (options) => {
    const { kernelPruneCommand } = await import('./commands/kernel.ts');
    process.exitCode = await kernelPruneCommand(options);
  });

program
  .command('list')
  .summary('print the cells of a matrix; boots nothing')
  .argument('<matrix>', 'the matrix file')
  .addOption(filterOption)
  .option('--json', 'as JSON')
  .action(async (matrix: string, options) => {
    const { listCommand } = await import('./commands/list.ts');
    process.exitCode = await listCommand(matrix, options);
  });

program
  .command('doctor')
  .summary('what this host has and lacks')
  .option('--fix', 'install what is missing (as root or with passwordless sudo)')
  .option('--kernel-builds', 'ask for what building kernels takes, too: compiler, flex, bison and the like')
  .option('--quiet', 'print only what is wrong')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExits 0 only if a run could start.')
  .action(async (options) => {
    const { doctorCommand } = await import('./commands/doctor.ts');
    process.exitCode = await doctorCommand(options);
  });

program
  .command('schema')
  .summary('the JSON Schema of matrix files, for editors')
  .addHelpText('after', '\nExample:\n  pmemrig schema > matrix.schema.json')
  .action(async () => {
    const { schemaCommand } = await import('./commands/schema.ts');
    schemaCommand();
  });

program
  .command('report')
  .summary("write a run's reports again from its journal")
  .argument('[run]', 'a run folder or id', 'latest')
  .addOption(runsOption)
  .action(async (run: string, options) => {
    const { reportCommand } = await import('./commands/report.ts');
    process.exitCode = await reportCommand(run, options);
  });

await main();

async function main(): Promise<void> {
  // A reader that went away (`| head`, a closed terminal) is no reason to drop guests and reports half-way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message; help and --version are no errors.
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const evidence = error instanceof KernelError ? error.evidence.replaceAll(/^/gm, '  ') : undefined;
    process.stderr.write(`pmemrig: ${describeError(error)}\n${evidence === undefined ? '' : `${evidence}\n`}`);
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UserError) return 2;
  if (error instanceof KernelError) return 1;
  // InfraError, or a bug of ours: the rig or its host could not tell.
  return 3;
}

function isVerbose(): boolean {
  return program.opts<{ verbose?: boolean }>().verbose ?? false;
}

function withKernelOptions(command: Command): Command {
  return command
    .option('--kernel <which>', 'a kernel source to build, a bzImage or vmlinux, linux-source-6.1 (to build), or a Debian release[/flavour]', 'bookworm-backports')
    .option('--modules <dir>', "a given image's modules (…/lib/modules/<release>)")
    .option('--config <fragments>', 'what a kernel to build is configured with: +prove-locking adds to the default; names and paths without + replace it', commaList)
    .option('--base <config>', 'what the fragments are put on: tiny (the default), defconfig, debian/RELEASE[/FLAVOUR], or the path of a .config')
    .option('--ref <rev>', 'the git revision of the source to build (default: the tree as it lies there)')
    .option('--patch <file>', 'a patch or mbox to apply first; repeatable', (file: string, previous?: readonly string[]) => [...(previous ?? []), file]);
}

function withGuestOptions(command: Command): Command {
  return withKernelOptions(command)
    .option('--image <release>', 'Debian release of the guest', 'bookworm')
    .option('--pmem <kinds>', 'nvdimm, nvdimm-raw, nvdimm-devdax, nvdimm-sector, virtio-pmem, e820, virtio-blk', commaList, DEFAULT_PMEM)
    .option('--size <size>', 'of each pmem device', '1G')
    .option('--fs <names>', 'ext4-dax, xfs-dax, ext4, xfs, none (default: none for a command, else ext4-dax where the device can do DAX)', commaList)
    .option('--cpus <n>', 'of the guest', positiveNumber, 2)
    .option('--memory <size>', 'of the guest', '2G')
    .option('--append <words>', "more words for the kernel's command line");
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** `a,b`; said twice, the lists add up. The first word of the user's replaces the default, which commander gives as `previous`, too. */
function commaList(value: string, previous?: readonly string[]): string[] {
  const words = value.split(',').map((word) => word.trim()).filter((word) => word !== '');
  const said = previous !== undefined && previous !== DEFAULT_PMEM ? previous : [];
  return [...said, ...words];
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('Expected a whole number.');
  return number;
}

function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError('Expected at least 1.');
  return number;
}
