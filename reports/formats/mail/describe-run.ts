import type { Accelerator } from '../../../orchestrator/model/accelerator.ts';
import { cleanLine } from '../../text/clean-text.ts';
import { describeCoverage } from '../../facts/describe-kernel.ts';
import type { RunSummary } from '../../fold/summary.ts';
import { type ReplyFacts, withoutFolders } from './reply-facts.ts';
import { wrapText } from './wrap-text.ts';

const LABEL_WIDTH = 10;

/**
 * What was run on what, so that a reader can judge and repeat it. Nothing of the host but its accelerator, QEMU's and
 * its system's kind.
 */
export function describeRun({ summary, comparison, guest, devices }: ReplyFacts): readonly string[] {
  const names = comparison.kernels ? [comparison.kernels.base, comparison.kernels.now] : [];
  const suites = [
    ...new Set(
      summary.cells.map(({ suite, filesystem }) => (filesystem === 'none' ? suite : `${suite} on ${filesystem}`)),
    ),
  ];
  return [
    ...names.flatMap((name) => entry(name, describeKernel(summary, name))),
    ...entry('guests', guest),
    ...devices.flatMap((device, index) => entry(index === 0 ? 'devices' : '', device)),
    ...entry('tests', suites.join(', ')),
    ...(summary.lockdep.length === 0
      ? entry('lockdep', 'not there: a kernel without CONFIG_PROVE_LOCKING, or one that came to no test')
      : names.flatMap((name, index) => entry(index === 0 ? 'lockdep' : '', describeLockdep(summary, name)))),
    ...entry('host', describeHost(summary)),
  ];
}

function entry(label: string, text: string): readonly string[] {
  return wrapText(text, { first: label.padEnd(LABEL_WIDTH), rest: ' '.repeat(LABEL_WIDTH) });
}

function describeKernel({ stages }: RunSummary, name: string): string {
  const stage = stages.find((one) => one.stage === `kernel ${name}`);
  if (!stage) return 'not made';
  return stage.status === 'done' ? shortenSource(withoutFolders(cleanLine(stage.detail))) : 'could not be made';
}

/** `d21365ef4897 of linux`: the tree's folder is the user's own. */
function shortenSource(text: string): string {
  return text.replace(/\b(?<commit>[0-9a-f]{12}) of \S+?(?=,|\s|$)/, '$<commit>');
}

function describeLockdep({ lockdep }: RunSummary, name: string): string {
  const found = lockdep.find(({ kernel }) => kernel === name);
  return found ? describeCoverage(found).replace('lockdep on ', '') : `${name}: it came to no test`;
}

const ACCELERATORS: Partial<Record<string, string>> = {
  kvm: 'KVM',
  tcg: 'TCG, without KVM',
  'tcg-icount': 'TCG, counting instructions',
} satisfies Record<Accelerator, string>;

/**
 * The journal's words begin with the host's name and end with why it has no KVM. Neither is of use to a reader of the
 * list.
 */
function describeHost({ host, guests, version }: RunSummary): string {
  const system = host.split(', ')[1] ?? '';
  const accelerators = [...new Set(guests.map(({ accelerator }) => ACCELERATORS[accelerator] ?? accelerator))];
  return [
    [cleanLine(withoutFolders(system)), ...accelerators].filter((part) => part !== '').join(', ') || 'unknown',
    `pmemrig ${version}`,
  ].join('; ');
}
