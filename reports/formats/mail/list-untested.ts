import { GUEST_ARCHITECTURE } from '../../../orchestrator/model/architecture.ts';
import { DEVICE_KINDS, DEVICE_TRAITS, type NamespaceMode } from '../../../orchestrator/model/device-kinds.ts';
import { isRigTest } from '../../../orchestrator/model/cell.ts';
import { asksDax } from '../../../orchestrator/model/dax-options.ts';
import type { FilesystemSpec, Matrix } from '../../../orchestrator/model/matrix.ts';
import { type DeviceMode, plannedMode } from '../../../orchestrator/model/pmem.ts';
import { plural } from '../../text/format.ts';
import type { CellSummary, RunSummary, TestSummary } from '../../fold/summary.ts';

/** What a reader may take for granted that it was looked at, by what it is about. */
export interface Untested {
  readonly about: string;
  readonly what: string;
}

/** The kind of a suite, and what people call it. */
export type SuiteTitle = readonly [kind: string, title: string];

/** What data that was acknowledged may be gone after, by the tests that would show it, whatever their suite. */
const LOSSES: readonly (readonly [test: RegExp, after: string])[] = [
  [/\/power-loss\//, 'a power cut'],
  [/\/guest-killed\//, 'the death of a guest'],
];
const HARDWARE: Untested = {
  about: 'hardware',
  what: `real persistent memory; anything but ${GUEST_ARCHITECTURE.name} guests of QEMU`,
};

const DEVICES = DEVICE_KINDS.filter((kind) => DEVICE_TRAITS[kind].isPmem).map(
  (kind) => [kind, DEVICE_TRAITS[kind].title] as const,
);
const MODES: readonly (readonly [NamespaceMode, string])[] = [
  ['fsdax', 'fsdax'],
  ['devdax', 'device DAX'],
  ['sector', 'sector (BTT)'],
  ['raw', 'raw'],
];
const FILESYSTEMS: readonly (readonly [(spec: FilesystemSpec) => boolean, string])[] = [
  [(spec) => spec.type === 'ext4' && asksDax(spec), 'ext4 with DAX'],
  [(spec) => spec.type === 'xfs' && asksDax(spec), 'XFS with DAX'],
  [(spec) => spec.type !== 'none' && !asksDax(spec), 'any without DAX'],
];

/**
 * What the run of a series did not test, durability first.
 * @param kernel the one with all patches: what did not come to a result on it was not tested
 * @param suites those whose absence is named
 */
export function listUntested(
  { cells, repeat }: Pick<RunSummary, 'cells' | 'repeat'>,
  matrix: Pick<Matrix, 'pmem' | 'filesystems' | 'suites'>,
  kernel: string,
  suites: readonly SuiteTitle[],
): readonly Untested[] {
  const own = cells.filter((cell) => cell.kernel === kernel);
  const ran = own.filter(({ tests }) => tests.some((test) => !isRigTest(test.name) && hasResult(test)));
  const named = <Spec extends { readonly name: string }>(
    specs: readonly Spec[],
    nameOf: (cell: CellSummary) => string,
  ): readonly Spec[] => specs.filter(({ name }) => ran.some((cell) => nameOf(cell) === name));
  const devices = named(matrix.pmem, ({ pmem }) => pmem).flatMap((topology) => topology.devices);
  const filesystems = named(matrix.filesystems, ({ filesystem }) => filesystem);
  const kinds = new Set(named(matrix.suites, ({ suite }) => suite).map((suite) => suite.kind));
  const modes = new Set<DeviceMode>(devices.map(plannedMode));
  const missed = own
    .flatMap(({ tests }) => tests)
    .filter((test) => !isRigTest(test.name) && test.parent === undefined && !hasResult(test)).length;
  return [
    ...listLosses(own.flatMap(({ tests }) => tests)),
    ...list(
      'devices',
      DEVICES.filter(([kind]) => devices.every((device) => device.kind !== kind)),
    ),
    ...list(
      'namespaces',
      MODES.filter(([mode]) => !modes.has(mode)),
    ),
    ...list(
      'file systems',
      FILESYSTEMS.filter(([fits]) => !filesystems.some(fits)),
    ),
    ...list(
      'suites',
      suites.filter(([kind]) => !kinds.has(kind)),
    ),
    ...(missed === 0
      ? []
      : [{ about: 'left out', what: `${plural(missed, 'test')} of these suites that did not run or had no result` }]),
    ...(repeat > 1 ? [] : [{ about: 'speed', what: 'each figure was measured once' }]),
    HARDWARE,
  ];
}

function listLosses(tests: readonly TestSummary[]): readonly Untested[] {
  const missing = LOSSES.filter(([names]) => !tests.some((test) => names.test(test.name) && hasResult(test)));
  if (missing.length === 0) return [];
  const after = missing.map(([, event]) => event).join(' or ');
  return [
    {
      about: 'durability',
      what: `whether data that fsync or msync has acknowledged is still there after ${after}`,
    },
  ];
}

function list(about: string, missing: readonly (readonly [unknown, string])[]): readonly Untested[] {
  return missing.length === 0 ? [] : [{ about, what: missing.map(([, word]) => word).join(', ') }];
}

/** A failure that a list knows did run. */
function hasResult({ outcome, forgiven }: TestSummary): boolean {
  return !['skip', 'excluded', 'infra', 'unreached'].includes(outcome) || forgiven !== undefined;
}
