import { InfraError } from '../../../model/errors.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import { callUnderFault, resultsOf } from '../timed-calls.ts';
import { HOST_ERROR, INJECTED_ERRORS } from './host-error.ts';

/** A device whose host fails leaves the others alone. */
export const OTHER_DEVICE: Rule = {
  id: 'other-device',
  title: 'A flush that fails on one device does not touch another',
  rule:
    'While the host fails each flush of the first device, the second device is synced at the same time and succeeds: ' +
    'they have files, queues and states of their own.',
  source: HOST_ERROR.source,
  look: 'whether the state of a flush is kept for each virtio device, and not once for the driver',
  devices: ['virtio-pmem'],
  deviceCount: 2,
  needs: ['host-faults', 'guest-tool'],
  rows: [
    {
      sees: { 'the device that fails': 'EIO', 'the other': 'ok' },
      because: 'each device has its own file on the host',
    },
  ],
  keepsDevices: true,
  seconds: 5,
  forgives: INJECTED_ERRORS,
  mutations: [{ by: 'no-fault', what: 'the host fails no flush', ends: 'infra' }],
  async observe(context) {
    const [first, second] = context.guest.devices;
    if (first === undefined || second === undefined)
      throw new InfraError('the test was planned for two devices', { code: 'no-device' });
    const requests = [first, second].map(({ path }) => ({ way: 'fsync', path, threads: 1, calls: 4 }));
    const { calls } = await callUnderFault(context, { devices: [0], error: 'EIO' }, requests);
    const of = (path: string): string => resultsOf(calls.filter((call) => call.path === path));
    return { saw: { 'the device that fails': of(first.path), 'the other': of(second.path) } };
  },
};
