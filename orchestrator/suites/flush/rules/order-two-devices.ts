import type { Rule } from '../../shared/rules/rule.ts';
import { observeOrder } from '../observe-order.ts';
import { ORDER } from './order.ts';

/** {@link ORDER} on two devices at once. */
export const ORDER_TWO_DEVICES: Rule = {
  id: 'order-two-devices',
  title: 'No sync call is covered by a flush of another device',
  rule:
    'Each device has its own file on the host, and a flush of one makes nothing of the other durable. With calls on ' +
    'two devices at once, and the flushes of both delayed, no call returns before a flush that began after it.',
  source: ORDER.source,
  look: 'whether the state of a flush is kept for each virtio device, and not once for the driver',
  devices: ORDER.devices,
  deviceCount: 2,
  needs: ORDER.needs,
  rows: [
    {
      sees: { result: 'ok', 'calls shorter than a flush of the host': 0, 'flushes of the host': { atLeast: 2 } },
      because: 'a flush covers its own device',
    },
  ],
  keepsDevices: true,
  seconds: 10,
  timeoutMs: 120_000,
  mutations: [
    { by: 'no-sync', what: 'the program in the guest leaves its sync calls out' },
    { by: 'no-fault', what: 'the host delays no flush', ends: 'infra' },
  ],
  observe: async (context) =>
    observeOrder(
      context,
      context.guest.devices.slice(0, 2).map(({ path }) => ({ way: 'fsync', path, threads: 4, calls: 4 })),
      [0, 1],
    ),
};
