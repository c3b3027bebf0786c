import { Command, Option } from 'commander';
import { GUEST_ARCHITECTURE } from '../model/architecture.ts';
import { applyDefaults } from './apply-defaults.ts';
import { addCompareVerbs } from './compare-verbs.ts';
import { addConfigVerbs } from './config-verbs.ts';
import { addKernelVerbs } from './kernel-verbs.ts';
import {
  ALARMS,
  daysOption,
  filterOption,
  jobsOption,
  keepOption,
  profileOption,
  repeatOption,
  retriesOption,
  runsOption,
  shardOption,
  splitOption,
  testOption,
  withGuestOptions,
} from './options.ts';
import { refuseFlags } from './refuse-flags.ts';
import { refuseRepeats } from './refuse-repeats.ts';
import { addResultVerbs } from './result-verbs.ts';
import { addShellVerbs } from './shell-verbs.ts';
import { collect, commaList } from './values.ts';
import type { OnceOptions } from '../commands/compose/compose-once.ts';
import type { ExecuteOptions } from '../commands/plan/execute-options.ts';
import type { LastOptions } from '../commands/shell-last.ts';
import { boundGarbage, keepYoungGenerationSmall } from '../host/heap.ts';
import { VERSION } from '../version.ts';

/** Verbs and flags only; each verb's work is in its own file, loaded when asked for. */
export const program = new Command('pmemrig')
  .description(
    'A test rig for Linux persistent memory: boots QEMU guests with emulated pmem and says what a kernel broke.',
  )
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
  pmemrig once --kernel ~/linux/${GUEST_ARCHITECTURE.kernelImagePath} --pmem nvdimm,virtio-pmem
  pmemrig once --kernel ~/linux --config +prove-locking --patch fix.mbox --pmem virtio-pmem
  pmemrig once --kernel ../linux-image-6.12.0_6.12.0-1_amd64.deb --pmem virtio-pmem
  pmemrig once --kernel bookworm-backports --pmem nvdimm -- ./repro.sh --loops 10
  pmemrig shell --kernel bookworm --pmem virtio-pmem  look around in such a guest
  pmemrig selftest --kernel ~/linux/${GUEST_ARCHITECTURE.kernelImagePath}  does the rig see what a kernel may complain of?

Flags that you repeat: docs/config.md, \`pmemrig config\` shows them.
Exit status: 0 all as expected, 1 failures, 2 your input, 3 the rig or the host, 130 interrupted.`,
  );

/** What works beside guests leaves the host's memory to them. */
const GUEST_VERBS: ReadonlySet<string> = new Set(['run', 'nightly', 'once', 'selftest', 'series', 'shell']);
program.hook('preAction', async (_, verb) => {
  boundGarbage();
  if (GUEST_VERBS.has(verb.name())) keepYoungGenerationSmall();
  await applyDefaults(verb);
});

program
  .command('run')
  .summary('run a matrix')
  .description(
    'Boots a guest for each group of cells, runs their suites, and writes junit.xml, summary.md and report.html.',
  )
  .argument('[matrix]', 'the matrix file')
  .addOption(filterOption)
  .addOption(testOption)
  .addOption(shardOption)
  .addOption(retriesOption)
  .addOption(repeatOption)
  .addOption(splitOption)
  .addOption(jobsOption)
  .addOption(profileOption)
  .addOption(runsOption)
  .addOption(
    new Option(
      '--resume <run>',
      'resume a run whose controller was killed or interrupted: a run folder, an id, or latest',
    ).conflicts(['filter', 'shard', 'test', 'retries', 'repeat', 'baseline']),
  )
  .addOption(
    new Option(
      '--baseline <run>',
      'judge by what an earlier run came to: its id or folder, last-green, or pinned:NAME; ' +
        'the exit status then reports what got worse',
    ),
  )
  .addHelpText(
    'after',
    '\nExamples:\n' +
      "  pmemrig run matrices/smoke.yaml --filter '*/virtio-pmem/**' --retries 1\n" +
      "  pmemrig run matrices/smoke.yaml --test 'dax-*'\n" +
      '  pmemrig run --resume latest\n' +
      '  pmemrig run matrices/nightly.yaml --baseline last-green',
  )
  .action(async (matrix: string | undefined, options) => {
    const { runCommand } = await import('../commands/run.ts');
    process.exitCode = await runCommand(matrix, { ...options, ...aside() });
  });

program
  .command('nightly')
  .summary('run a matrix, judge by the last green run, publish, prune')
  .description(`For cron and CI: one at a time for each matrix, one exit status (docs/nightly.md): 1 for ${ALARMS}.`)
  .argument('<matrix>', 'the matrix file')
  .addOption(filterOption)
  .addOption(shardOption)
  .addOption(retriesOption)
  .addOption(repeatOption)
  .addOption(splitOption)
  .addOption(jobsOption)
  .addOption(profileOption)
  .addOption(runsOption)
  .option('--baseline <run>', 'judge by this run instead: its id or folder, or pinned:NAME')
  .option('--publish <dir>', 'copy the run there, with a link latest')
  .addOption(keepOption)
  .addOption(daysOption)
  .addHelpText('after', '\nExample:\n  pmemrig nightly matrices/nightly.yaml --retries 1 --publish /srv/www/pmem')
  .action(async (matrix: string, options) => {
    const { nightlyCommand } = await import('../commands/nightly.ts');
    process.exitCode = await nightlyCommand(matrix, { ...options, ...aside() });
  });

withGuestOptions(
  program
    .command('once')
    .summary('run one kernel without a matrix file')
    .argument(
      '[command...]',
      'a kernel, as --kernel takes it from this host; after --: your own test; ' +
        'a local file, or a folder with its run.sh, is copied into the guest, exit 0 passes, 4 skips',
    )
    .option(
      '--suite <names>',
      'suites to run (default: fio and a quick part of flush and dax, with lockdep on a kernel that has PROVE_LOCKING; ' +
        'none beside a command)',
      commaList,
    )
    .option('--quick', 'of the rules of flush and dax only the quick part')
    .option(
      '--group <group>',
      'xfstests: a group such as dax, or an expression such as "quick & !dangerous"; repeatable',
      collect,
    )
    .addOption(testOption)
    .addOption(retriesOption)
    .addOption(repeatOption)
    .addOption(splitOption)
    .addOption(jobsOption)
    .addOption(profileOption)
    .addOption(runsOption)
    .addOption(filterOption)
    .option('--upload <dir>', 'copy this folder in and look the command up there')
    .option(
      '--timeout <duration>',
      'deadline of the command, × 3 under TCG, × 2 more with lockdep (default: 120s, of a scenario 300s)',
    )
    .option(
      '--measure <what>',
      'the figures of fio: time, or instructions, ' +
        'which QEMU counts on one vCPU and which a busy host does not sway (default: time)',
    )
    .option(
      '--known <glob>',
      'a kernel problem that is no news, by a pattern over its signature, as the report has it; repeatable',
      collect,
    )
    .addOption(
      new Option(
        '--keep-guest',
        'hold the guest of the first failure as the test left it, for `pmemrig shell --last`, until Ctrl-C',
      ).conflicts(['bisect', 'watch']),
    )
    .addOption(
      new Option(
        '--watch',
        'run again whenever the image or package that --kernel names has changed, or a file of the source is saved, ' +
          'and report what differs from the round before; Ctrl-C ends',
      ).conflicts('bisect'),
    )
    .option(
      '--bisect',
      'exit as `git bisect run` wants: 0 good, 1 bad, 125 cannot tell; 255 stops it for an error in the command line',
    )
    .addHelpText(
      'after',
      `
Examples:
  pmemrig once --kernel ~/linux/${GUEST_ARCHITECTURE.kernelImagePath} --modules ~/linux/out/lib/modules --pmem virtio-pmem
  pmemrig once --kernel bookworm --pmem nvdimm --fs ext4-dax -- ./repro.sh --loops 10
  pmemrig once --kernel ~/linux --config +prove-locking --patch fix.mbox --pmem virtio-pmem
  XFSTESTS_TREE=~/xfstests pmemrig once --kernel ~/linux --pmem virtio-pmem --fs ext4-dax,xfs-dax --group dax
  pmemrig once --kernel ~/linux --config +prove-locking --pmem virtio-pmem --watch
  pmemrig once --kernel bookworm --pmem virtio-pmem --profile -- true
  git bisect run pmemrig once --kernel . --pmem virtio-pmem --bisect -- ~/repro.sh

The command sees $PMEMRIG_DEV0 (and so on), $PMEMRIG_MNT when --fs is given, and $PMEMRIG_ARTIFACTS for files to keep.`,
    ),
).action(
  async (words: string[], options: OnceOptions & ExecuteOptions & { readonly bisect?: boolean }, verb: Command) => {
    const { onceCommand } = await import('../commands/once.ts');
    const named = verb.getOptionValueSource('kernel') === 'cli' ? options.kernel : undefined;
    process.exitCode = await onceCommand(
      { words, argv: process.argv.slice(2), kernel: named },
      { ...options, ...aside() },
    );
  },
);

withGuestOptions(
  program
    .command('selftest')
    .summary('show that the rig sees kernel problems on a kernel')
    .description(
      'Builds the canary module for the kernel, has it plant one problem after the other in a guest, ' +
        'and says which were seen as what they are.',
    )
    .addOption(runsOption)
    .addOption(filterOption)
    .addOption(testOption)
    .addHelpText(
      'after',
      `
Examples:
  pmemrig selftest --kernel ~/linux/${GUEST_ARCHITECTURE.kernelImagePath}
  pmemrig selftest --kernel ~/linux --config +prove-locking,+hung-task

The kernel is one that the rig builds, or lies in its build tree as \`make\` left it: the canary is compiled for it. Problems that this kernel does not
report (no PROVE_LOCKING) are skipped. Exits 0 if all others were seen, 3 if the rig missed one.`,
    ),
).action(async (options: OnceOptions & ExecuteOptions) => {
  const { selftestCommand } = await import('../commands/selftest.ts');
  process.exitCode = await selftestCommand({ ...options, retries: 0, ...aside() }, process.argv.slice(2));
});

withGuestOptions(
  program
    .command('shell')
    .summary("an interactive session in a cell's guest")
    .argument('[matrix]', 'a matrix file; without it the guest is described by the options')
    .argument('[cell]', 'the cell (id or glob) whose guest to boot')
    .argument('[command...]', 'with --last, after --: a command to run instead of a shell')
    .option('--last', 'the guest that `pmemrig once --keep-guest` holds')
    .addOption(
      new Option(
        '--anew',
        'with --last: boot the guest of the last failure again, with the same kernel and devices',
      ).implies({ last: true }),
    )
    .addOption(runsOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  pmemrig shell --kernel bookworm-backports --pmem nvdimm-devdax\n' +
        "  pmemrig shell matrices/smoke.yaml 'debian-6.12/virtio-pmem/ext4-dax/*'\n" +
        '  pmemrig shell --last                               the guest that `once --keep-guest` holds\n' +
        '  pmemrig shell --last -- dmesg',
    ),
).action(
  async (
    matrix: string | undefined,
    cell: string | undefined,
    more: string[],
    options: OnceOptions & LastOptions,
    command: Command,
  ) => {
    if (options.last === true) {
      refuseFlags(command, ['last', 'anew', 'runs'], '--last is of a guest that a run has described');
      const { shellLastCommand } = await import('../commands/shell-last.ts');
      process.exitCode = await shellLastCommand(
        [matrix, cell, ...more].filter((word) => word !== undefined),
        options,
      );
      return;
    }
    if (matrix !== undefined) refuseFlags(command, ['runs'], 'the matrix describes the guest');
    const { shellCommand } = await import('../commands/shell.ts');
    process.exitCode = await shellCommand(matrix, cell, options);
  },
);

addKernelVerbs(program);

program
  .command('list')
  .summary('print the cells of a matrix; boots nothing')
  .argument('<matrix>', 'the matrix file')
  .addOption(filterOption)
  .addOption(testOption)
  .addOption(shardOption)
  .option('--json', 'as JSON')
  .action(async (matrix: string, options) => {
    const { listCommand } = await import('../commands/list.ts');
    process.exitCode = await listCommand(matrix, options);
  });

program
  .command('doctor')
  .summary('what this host has and lacks')
  .option('--fix', 'install what is missing (as root or with passwordless sudo)')
  .option('--kernel-builds', 'ask for what building kernels takes, too: compiler, flex, bison and the like')
  .option('--own-tests', 'ask for what `npm test` takes, too: Chromium, cpio, bubblewrap and others')
  .option('--quiet', 'print only what is wrong')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExits 0 only if a run could start.')
  .action(async (options) => {
    const { doctorCommand } = await import('../commands/doctor.ts');
    process.exitCode = await doctorCommand(options);
  });

addConfigVerbs(program);
addCompareVerbs(program);
addResultVerbs(program);
addShellVerbs(program);
refuseRepeats(program);

/** What a verb that runs guests gets beside its flags; to be asked once its code is loaded. */
function aside(): { readonly verbose: boolean; readonly loadedMs: number } {
  return { verbose: isVerbose(), loadedMs: performance.now() };
}

function isVerbose(): boolean {
  return program.opts<{ verbose?: boolean }>().verbose ?? false;
}
