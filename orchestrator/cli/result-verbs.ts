import { type Command, Option } from 'commander';
import { daysOption, keepOption, runsOption } from './options.ts';
import { portNumber, positiveNumber } from './values.ts';

/** The verbs that read what runs have left, and boot nothing. */
export function addResultVerbs(program: Command): void {
  program
    .command('explain')
    .summary('what a rule of the suites flush and dax says, and what its test last saw')
    .argument('[what]', 'a rule (dax/map-sync), one of its tests, or a suite; absent: all rules, a line each')
    .option('--markdown', 'all rules as docs/checks.md has them')
    .addOption(runsOption)
    .addHelpText('after', '\nExample:\n  pmemrig explain\n  pmemrig explain dax/map-sync')
    .action(async (what: string | undefined, options) => {
      const { explainCommand } = await import('../commands/explain.ts');
      process.exitCode = await explainCommand(what, options);
    });

  program
    .command('pin')
    .summary('give a run a name to compare with')
    .argument('[run]', 'a run folder or id')
    .argument('[name]', 'the name')
    .option('--force', 'move a name that another run has')
    .option('--list', 'the names and their runs')
    .option('--remove <name>', 'forget a name; its run stays')
    .addOption(runsOption)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  pmemrig pin latest v6.12\n' +
        '  pmemrig run matrices/nightly.yaml --baseline pinned:v6.12\n' +
        '  pmemrig pin --list',
    )
    .action(async (run: string | undefined, name: string | undefined, options) => {
      const { pinCommand } = await import('../commands/pin.ts');
      process.exitCode = await pinCommand(run, name, options);
    });

  program
    .command('prune')
    .summary('remove old runs; their history stays')
    .addOption(keepOption)
    .addOption(daysOption)
    .option('--dry-run', 'only say what would be removed')
    .addOption(runsOption)
    .addHelpText(
      'after',
      '\nPinned runs stay, and so do the latest and the last green run of each matrix.\n\n' +
        'Example:\n' +
        '  pmemrig prune --keep 14 --days 60 --dry-run',
    )
    .action(async (options) => {
      const { pruneCommand } = await import('../commands/prune.ts');
      process.exitCode = await pruneCommand(options);
    });

  program
    .command('merge')
    .summary('make one run of several that have different cells')
    .description(
      'Puts together what `run --shard` spread over several machines, or runs with different filters: ' +
        'one journal, all reports. The parts stay as they are.',
    )
    .argument('<runs...>', 'run folders or ids')
    .option('--into <name>', 'what the new run is called (default: its time, the matrix and a few random letters)')
    .option(
      '--baseline <run>',
      'judge the whole by what an earlier run came to: its id or folder, last-green, or pinned:NAME',
    )
    .addOption(runsOption)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  pmemrig run matrices/nightly.yaml --shard 1/2      on one machine, --shard 2/2 on another\n' +
        '  pmemrig merge artifacts/*/ --baseline last-green',
    )
    .action(async (parts: string[], options) => {
      const { mergeCommand } = await import('../commands/merge.ts');
      process.exitCode = await mergeCommand(parts, options);
    });

  program
    .command('history')
    .summary("a test's outcomes and figures over the runs; without one, the runs")
    .argument('[test]', 'with its suite: xfstests/generic/413')
    .option('--cell <part>', 'only cells with this in their id; without a test, only runs that have one')
    .option('--metric <part>', 'figures with this in their name, run by run')
    .addOption(new Option('--last <n>', 'the newest runs').argParser(positiveNumber).default(20))
    .addOption(runsOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  pmemrig history\n' +
        '  pmemrig history xfstests/generic/413 --cell virtio-pmem --last 50\n' +
        '  pmemrig history fio/dax-mmap-randwrite --metric write.iops',
    )
    .action(async (test: string | undefined, options) => {
      const { historyCommand } = await import('../commands/history.ts');
      process.exitCode = await historyCommand(test, options);
    });

  program
    .command('serve')
    .summary('pages over all runs: trends, runs side by side, files, a run as it goes on')
    .description(
      'Serves the runs in a folder over HTTP until Ctrl-C. It only reads: ' +
        'runs, nightlies and prune may go on beside it (docs/serve.md).',
    )
    .addOption(new Option('--port <n>', '0: any free one').argParser(portNumber).default(8080))
    .option('--host <address>', 'what to listen on; whoever reaches it can read all files of the runs', '127.0.0.1')
    .addOption(runsOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  pmemrig serve\n' +
        '  pmemrig serve --port 0 --runs ~/nightly-runs\n' +
        '  ssh -L 8080:localhost:8080 rig.example pmemrig serve',
    )
    .action(async (options) => {
      const { serveCommand } = await import('../commands/serve.ts');
      process.exitCode = await serveCommand(options);
    });

  program
    .command('report')
    .summary("write a run's reports again from its journal")
    .argument('[run]', 'a run folder or id', 'latest')
    .addOption(
      new Option(
        '--annotations <where>',
        'print what is to be looked at as annotations; in GitHub Actions that is done anyway',
      ).choices(['github']),
    )
    .option(
      '--kcidb <origin>',
      "write kcidb.json, too, for KernelCI's database, under the name by which it knows your CI system",
    )
    .option('--url <url>', "where the run's folder is published, for links in kcidb.json")
    .option('--profile', 'print where the time of the run went, too')
    .addOption(runsOption)
    .addHelpText('after', '\nExamples:\n  pmemrig report\n  pmemrig report latest --profile')
    .action(async (run: string, options) => {
      const { reportCommand } = await import('../commands/report.ts');
      process.exitCode = await reportCommand(run, options);
    });
}
