import { type Command, Option } from 'commander';
import { GUEST_ARCHITECTURE } from '../model/architecture.ts';
import { GUEST_BEGINNINGS } from '../model/matrix.ts';
import { collect, commaList, DEFAULT_PMEM, positiveNumber, shardSpec, wholeNumber } from './values.ts';

/** What exit status 1 stands for where two runs or kernels are compared, for the help of such verbs. */
export const ALARMS = 'a new failure, a test that is gone or skipped anew, or a figure that got worse (fio got slower)';

export const runsOption = new Option(
  '--runs <dir>',
  'where runs are kept (default: $PMEMRIG_RUNS or $XDG_STATE_HOME/pmemrig/runs)',
);
export const filterOption = new Option(
  '--filter <glob>',
  'only these cells: a glob over cell ids, or axis=glob; repeatable',
)
  .argParser(collect)
  .default([], 'all');
export const testOption = new Option(
  '--test <glob>',
  'only these tests: a name as the reports have it, or a glob, with or without the suite (fio/dax-*, ' +
    'generic/413); repeatable',
).argParser(collect);
export const retriesOption = new Option(
  '--retries <n>',
  'run a test that did not pass up to n more times, each time in a fresh guest after all others; every attempt is kept',
)
  .argParser(wholeNumber)
  .default(0);
export const repeatOption = new Option(
  '--repeat <n>',
  'run every test n times, each time in a fresh guest, the kernels in turns: ' +
    'for how often a test fails, and for figures to compare',
)
  .argParser(positiveNumber)
  .conflicts('retries');
export const jobsOption = new Option(
  '-j, --jobs <n>',
  'guests at once (default: as many as memory and cores admit)',
).argParser(positiveNumber);
export const splitOption = new Option(
  '--split <n>',
  'spread the tests of one cell over up to n guests at once, the longest first, ' +
    'where its suite allows it (fio, xfstests, flush, dax)',
).argParser(positiveNumber);
export const profileOption = new Option(
  '--profile',
  'print at the end, on stderr, where the time went: a row a phase, from the start of the command to the last report',
);
export const shardOption = new Option(
  '--shard <i/n>',
  'only one of n parts of the cells that take about equally long; `pmemrig merge` makes one run of all parts',
).argParser(shardSpec);

export const keepOption = new Option('--keep <n>', 'the newest runs of each matrix stay, however old')
  .argParser(wholeNumber)
  .default(30);
export const daysOption = new Option('--days <n>', 'runs younger than this stay, however many')
  .argParser(wholeNumber)
  .default(30);

/** What names and builds a kernel. */
export function withKernelOptions(command: Command): Command {
  return command
    .option(
      '--kernel <which>',
      `a kernel source to build, a ${GUEST_ARCHITECTURE.kernelImage} or vmlinux, a linux-image-*.deb, ` +
        'linux-source-6.1 (to build), or a Debian release[/flavour]',
      'bookworm-backports',
    )
    .option('--modules <dir>', "a given image's modules (…/lib/modules/<release>)")
    .option(
      '--config <fragments>',
      'what a kernel to build is configured with: +prove-locking adds to the default; ' +
        'names and paths without + replace it',
      commaList,
    )
    .option(
      '--base <config>',
      'what the fragments are put on: tiny (the default), defconfig, debian/RELEASE[/FLAVOUR], ' +
        'or the path of a .config',
    )
    .option('--ref <rev>', 'the git revision of the source to build (default: the tree as it lies there)')
    .option('--patch <file>', 'a patch or mbox to apply first; repeatable', collect);
}

/** What describes a guest without a matrix file. */
export function withGuestOptions(command: Command): Command {
  return withKernelOptions(command)
    .option('--image <release>', 'Debian release of the guest', 'bookworm')
    .option(
      '--pmem <kinds>',
      'nvdimm, nvdimm-raw, nvdimm-devdax, nvdimm-sector, virtio-pmem, e820, virtio-blk',
      commaList,
      DEFAULT_PMEM,
    )
    .option('--size <size>', 'of each pmem device', '1G')
    .option(
      '--fs <names>',
      'ext4-dax, xfs-dax, ext4, xfs, none (default: none for a command, else ext4-dax where the device can do DAX)',
      commaList,
    )
    .option('--cpus <n>', 'of the guest', positiveNumber, 2)
    .option('--memory <size>', 'of the guest', '2G')
    .option('--append <words>', "more words for the kernel's command line")
    .addOption(
      new Option(
        '--boot <how>',
        'cold: each guest boots; fork: each guest resumes from an earlier boot, in a fraction of the time; ' +
          'auto: they do once this host has booted one of their kind (default)',
      ).choices(GUEST_BEGINNINGS),
    );
}
