import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DeviceRefused } from '../../orchestrator/model/hot-plug.ts';
import { QmpError, type QmpClient, type QmpEvent } from './qmp.ts';

const POLL_MS = 20;

/** What words of QEMU's command line are in QMP, in the order in which they are undone. */
const COMMANDS: Readonly<Record<string, string>> = {
  '-object': 'object-add',
  '-blockdev': 'blockdev-add',
  '-device': 'device_add',
};

/** ACPI 6.5, table 6.24 (`_OST`): what the guest says of an ejection that was asked of it. */
const OST_EJECTION_REQUEST = 3;
const OST_IN_PROGRESS = 0x84;
const OST_REASONS: Readonly<Record<number, string>> = {
  0x80: 'the guest cannot eject it',
  0x81: 'it is in use by an application',
  0x82: 'it is busy',
  0x83: 'something that depends on it is busy',
};

const ostSchema = z.object({ info: z.object({ device: z.string(), source: z.number(), status: z.number() }) });

/** A piece of a device in QEMU: a backend, a block node, or the device itself. */
interface Piece {
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * Adds to a running machine what words of its command line would have given it. Rejects with {@link DeviceRefused}, or
 * with QMP's own error for a QEMU that is gone; nothing of the device is left then.
 */
export async function plugIn(qmp: QmpClient, argv: readonly string[], what: string): Promise<void> {
  const added: Piece[] = [];
  for (const piece of piecesOf(argv)) {
    try {
      await qmp.execute(piece.command, piece.args);
    } catch (error) {
      for (const { command, args } of added.toReversed()) await remove(qmp, command, args).catch(() => undefined);
      throw error instanceof QmpError
        ? new DeviceRefused(`QEMU does not plug in ${what}: ${error.description}`, { cause: error })
        : error;
    }
    added.push(piece);
  }
}

/** Takes away what stays of a device in QEMU once it is unplugged: the file behind it is closed then. */
export async function removeBackends(qmp: QmpClient, argv: readonly string[]): Promise<void> {
  for (const { command, args } of piecesOf(argv).toReversed()) await remove(qmp, command, args);
}

/**
 * Asks the guest to give a device back, and waits until QEMU has it. One that is gone already is no error. Rejects with
 * {@link DeviceRefused}, or with QMP's own error for a QEMU that is gone.
 */
export async function pullOut(
  { qmp, events }: { readonly qmp: QmpClient; readonly events: () => readonly QmpEvent[] },
  { id, what, waitMs }: { readonly id: string; readonly what: string; readonly waitMs: number },
): Promise<void> {
  const before = events().length;
  try {
    await qmp.execute('device_del', { id });
  } catch (error) {
    if (!(error instanceof QmpError)) throw error;
    if (error.errorClass === 'DeviceNotFound') return;
    throw new DeviceRefused(`QEMU does not unplug ${what}: ${error.description}`, { cause: error });
  }
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += POLL_MS) {
    for (const event of events().slice(before)) {
      if (event.event === 'DEVICE_DELETED' && event.data['device'] === id) return;
      const refusal = readRefusal(event, id);
      if (refusal !== undefined) throw new DeviceRefused(`the guest does not give back ${what}: ${refusal}`);
    }
    await sleep(POLL_MS);
  }
  throw new DeviceRefused(`the guest did not give back ${what} within ${waitMs / 1000} s (the limit for unplugging)`);
}

/** Why the guest keeps a device, where an event says that it does. */
function readRefusal({ event, data }: QmpEvent, id: string): string | undefined {
  if (event === 'DEVICE_UNPLUG_GUEST_ERROR' && data['device'] === id)
    return 'it reports an error (QEMU: DEVICE_UNPLUG_GUEST_ERROR)';
  if (event !== 'ACPI_DEVICE_OST') return undefined;
  const { data: ost } = ostSchema.safeParse(data);
  if (ost?.info.device !== id || ost.info.source !== OST_EJECTION_REQUEST) return undefined;
  const { status } = ost.info;
  if (status === 0 || status === OST_IN_PROGRESS) return undefined;
  return `${OST_REASONS[status] ?? 'it failed'} (ACPI _OST status 0x${status.toString(16)})`;
}

/** `-device JSON` as `device_add` with these arguments, and so on. */
function piecesOf(argv: readonly string[]): Piece[] {
  return argv.flatMap((word, index) => {
    const command = COMMANDS[word];
    if (command === undefined) return [];
    return [{ command, args: z.record(z.string(), z.unknown()).parse(JSON.parse(argv[index + 1] ?? 'null')) }];
  });
}

async function remove(qmp: QmpClient, command: string, args: Readonly<Record<string, unknown>>): Promise<void> {
  if (command === 'object-add') await qmp.execute('object-del', { id: args['id'] });
  if (command === 'blockdev-add') await qmp.execute('blockdev-del', { 'node-name': args['node-name'] });
}
