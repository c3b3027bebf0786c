import type { Command } from 'commander';
import {
  ALARMS,
  filterOption,
  jobsOption,
  profileOption,
  repeatOption,
  retriesOption,
  runsOption,
  splitOption,
  testOption,
} from './options.ts';
import { collect, commaList, DEFAULT_SERIES_PMEM } from './values.ts';

/** The verbs that compare two runs, or two kernels. */
export function addCompareVerbs(program: Command): void {
  const isVerbose = (): boolean => program.opts<{ verbose?: boolean }>().verbose ?? false;

  program
    .command('compare')
    .summary('what one run did otherwise than another, or one kernel otherwise than another')
    .description(
      'Judges each test of a run, and each figure, by an earlier one: ' +
        'new failures first, with how often the test failed in the runs before. ' +
        `With --kernels runs two kernels of a matrix and judges one by the other. Exit status 1 for ${ALARMS}; ` +
        '3 if the result of a test is unknown.',
    )
    .argument(
      '<base>',
      "the run to compare with: a run's id or folder, last-green, or pinned:NAME; with --kernels the matrix file",
    )
    .argument('[run]', 'the newer run (default: latest)')
    .option('--kernels <base,now>', 'run these two kernels of the matrix, interleaved, and compare them', commaList)
    .addOption(filterOption)
    .addOption(retriesOption)
    .addOption(repeatOption)
    .addOption(splitOption)
    .addOption(jobsOption)
    .option('--json', 'the same as JSON')
    .addOption(runsOption)
    .addHelpText(
      'after',
      '\n--filter, --retries, --repeat, --split and --jobs go with --kernels.\n\n' +
        'Examples:\n' +
        '  pmemrig compare 20261123-020000-nightly-1a2b\n' +
        '  pmemrig compare ~/artifacts/run-of-ci latest\n' +
        '  pmemrig compare --kernels base,patched matrix.yaml --repeat 5',
    )
    .action(async (base: string, run: string | undefined, { kernels, ...options }) => {
      const { compareCommand, refuseRunFlags } = await import('../commands/compare.ts');
      if (kernels === undefined) {
        refuseRunFlags(options);
        process.exitCode = await compareCommand(base, run ?? 'latest', options);
        return;
      }
      const { compareKernelsCommand } = await import('../commands/compare-kernels.ts');
      process.exitCode = await compareKernelsCommand(base, run, kernels, { ...options, verbose: isVerbose() });
    });

  program
    .command('series')
    .summary('what a series of patches breaks, as an answer to its mail')
    .description(
      'Builds a kernel without and with the patches (with --each also those between), ' +
        'runs both and reports only what differs: tests, figures, compiler warnings, lock classes. ' +
        'Without a matrix file the lockdep exercises, fio, and a quick part of the rules of flush and dax run on nvdimm ' +
        'and virtio-pmem, ' +
        `under CONFIG_PROVE_LOCKING (docs/review-a-patch.md). Exit status 1 for ${ALARMS}; ` +
        '3 if the result of a test is unknown.',
    )
    .argument(
      '<files...>',
      'an mbox as `b4 am` writes it, files or a folder of `git format-patch`, or diffs in order; ' +
        'then, if wanted, a matrix file (.yaml) for devices, file systems and suites: its kernels are replaced',
    )
    .requiredOption('--base <source>', 'what the patches go on: a git tree, TREE@REVISION, or linux-source-6.1')
    .option('--each', 'build and run the series patch by patch, and name the first bad one')
    .option('--mail [file]', 'print an answer to the series, ready for the list, or write it to a file')
    .option(
      '--config <fragments>',
      'kernel configuration: +kasan adds to the default with prove-locking and hung-task; ' +
        'names and paths without + replace it',
      commaList,
    )
    .option(
      '--config-base <config>',
      'what the fragments are put on: tiny (the default), defconfig, debian/RELEASE[/FLAVOUR], ' +
        'or the path of a .config',
    )
    .option('--pmem <kinds>', 'without a matrix file: as with once', commaList, DEFAULT_SERIES_PMEM)
    .option(
      '--suite <names>',
      'without a matrix file: suites to run (default: lockdep, fio, and a quick part of flush and dax)',
      commaList,
    )
    .option('--known <glob>', 'a kernel problem that is no news, by a pattern over its signature; repeatable', collect)
    .addOption(filterOption)
    .addOption(testOption)
    .addOption(retriesOption)
    .addOption(repeatOption)
    .addOption(splitOption)
    .addOption(jobsOption)
    .addOption(profileOption)
    .addOption(runsOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  pmemrig series fix.mbox --base ~/linux@v6.12 --each --mail\n' +
        '  pmemrig series outgoing/ matrices/nightly.yaml --base ~/linux --mail reply.txt',
    )
    .action(async (files: string[], options) => {
      const { seriesCommand } = await import('../commands/series.ts');
      const given = { ...options, verbose: isVerbose(), loadedMs: performance.now() };
      process.exitCode = await seriesCommand(files, given, process.argv.slice(2));
    });
}
