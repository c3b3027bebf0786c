import type { Rule } from '../../shared/rules/rule.ts';
import { callUnderFault } from '../timed-calls.ts';
import { HOST_ERROR, INJECTED_ERRORS } from './host-error.ts';

const CALLS = 5;
const NTH = 3;

/** One failed flush fails what it covers, and nothing else. */
export const NTH_ERROR: Rule = {
  id: 'nth-error',
  title: 'A failed flush fails the calls that it covers, and no other',
  rule:
    'Of five fsync(2) one after the other the third meets a flush that fails on the host. The third fails with EIO. ' +
    'The two before it were durable already; the two after it have flushes of their own, which succeed.',
  source: HOST_ERROR.source,
  look: 'whether the result of a flush is kept longer than for those who waited for it',
  devices: ['virtio-pmem'],
  needs: ['host-faults', 'guest-tool'],
  rows: [{ sees: { results: 'ok ok EIO ok ok' }, because: 'each call waits for a flush of its own' }],
  keepsDevices: true,
  quick: true,
  seconds: 6,
  forgives: INJECTED_ERRORS,
  mutations: [
    { by: 'no-fault', what: 'the host fails no flush', ends: 'infra' },
    { by: 'kernel-patch', patch: 'host-error-swallowed.mbox', what: 'virtio_pmem_flush() returns 0 for any answer' },
  ],
  async observe(context) {
    const request = { way: 'fsync', path: context.device.path, threads: 1, calls: CALLS };
    const { calls } = await callUnderFault(context, { devices: [0], error: 'EIO', nth: NTH }, [request]);
    return { saw: { results: calls.map(({ result }) => result).join(' ') } };
  },
};
