import prettyMs from 'pretty-ms';
import { type ExcludedCell, type Plan, suiteTests } from '../model/cell.ts';
import type { PmemDevice } from '../model/pmem.ts';
import { formatSize } from '../model/size.ts';
import { countGuests, type NeedsFreshGuest } from './boot-groups.ts';
import { estimateCell, estimateCells } from './estimate.ts';
import { alignColumns } from '../model/align-columns.ts';

/**
 * What `pmemrig list MATRIX` prints: cells with their devices, tests and expected time, then what is excluded and why.
 */
export function formatList({ cells, excluded, shard }: Plan, needsFreshGuest: NeedsFreshGuest): string {
  const rows = cells.map((cell) => [
    cell.id,
    `${describeDevices(cell.pmem.devices)}${cell.guest.countInstructions ? ', 1 vCPU, counted' : ''}`,
    String(suiteTests(cell).length),
    formatSeconds(estimateCell(cell)),
  ]);
  const lines = [
    ...alignColumns([['CELL', 'DEVICES', 'TESTS', 'TIME'], ...rows]),
    ...(excluded.length === 0
      ? []
      : ['', ...alignColumns([['EXCLUDED', 'REASON'], ...excluded.map(({ id, reason }) => [id, reason])])]),
    '',
    `${shard ? `shard ${shard.index}/${shard.of}: ` : ''}${summarize({ cells, excluded }, needsFreshGuest)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same for programs: `pmemrig list --json`. Times are in seconds. */
export function listAsJson(
  { cells, excluded }: Plan,
  needsFreshGuest: NeedsFreshGuest,
): {
  readonly cells: readonly Record<string, unknown>[];
  readonly excluded: readonly ExcludedCell[];
  readonly guests: number;
  readonly estimateSec: number;
} {
  return {
    cells: cells.map((cell) => ({
      id: cell.id,
      kernel: cell.kernel.name,
      image: cell.image.name,
      pmem: cell.pmem.name,
      filesystem: cell.filesystem.name,
      suite: cell.suite.name,
      devices: cell.pmem.devices,
      ...(cell.guest.countInstructions && { measure: 'instructions' }),
      tests: suiteTests(cell).map(({ name }) => name),
      estimateSec: estimateCell(cell),
    })),
    excluded,
    guests: countGuests(cells, needsFreshGuest),
    estimateSec: estimateCells(cells, needsFreshGuest),
  };
}

/** `nvdimm 512M fsdax ×2 + virtio-blk 1G`. */
function describeDevices(devices: readonly PmemDevice[]): string {
  const runs: { readonly text: string; count: number }[] = [];
  for (const text of devices.map(describeDevice)) {
    const last = runs.at(-1);
    if (last?.text === text) last.count += 1;
    else runs.push({ text, count: 1 });
  }
  return runs.map(({ text, count }) => (count === 1 ? text : `${text} ×${count}`)).join(' + ');
}

function describeDevice(device: PmemDevice): string {
  const mode = 'namespace' in device ? ` ${device.namespace}` : '';
  return `${device.kind} ${formatSize(device.sizeBytes)}${mode}`;
}

function summarize({ cells, excluded }: Plan, needsFreshGuest: NeedsFreshGuest): string {
  const tests = cells.reduce((sum, cell) => sum + suiteTests(cell).length, 0);
  const counts = [
    count(cells.length, 'cell'),
    count(tests, 'test'),
    count(countGuests(cells, needsFreshGuest), 'guest'),
    ...(excluded.length === 0 ? [] : [`${excluded.length} excluded`]),
  ];
  return (
    `${counts.join(', ')}; about ${formatSeconds(estimateCells(cells, needsFreshGuest))} one guest at a time ` +
    'without KVM'
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function formatSeconds(seconds: number): string {
  return prettyMs(Math.ceil(seconds) * 1000);
}
