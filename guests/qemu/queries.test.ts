import { expect, test } from 'vitest';
import { parseSshPort, queryMemoryDevices } from './queries.ts';
import type { QmpClient } from './qmp.ts';

// Recorded from QEMU 7.2.
const USERNET = `Hub -1 (net):
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
  TCP[ESTABLISHED]   19       10.0.2.2 45678      10.0.2.15    22     0     0
  TCP[HOST_FORWARD]  13      127.0.0.1 37129      10.0.2.15    22     0     0
`;

test("the forwarded port is found among slirp's connections", () => {
  expect(parseSshPort(USERNET)).toBe(37_129);
  expect(parseSshPort('Hub -1 (net):\n')).toBeUndefined();
});

test('NVDIMM and virtio-pmem give their address under different names', async () => {
  const answer = [
    {
      type: 'nvdimm',
      data: {
        memdev: '/objects/pmem0-mem',
        hotplugged: false,
        addr: 5_368_709_120,
        hotpluggable: true,
        size: 536_870_912,
        slot: 0,
        node: 0,
        id: 'pmem0',
      },
    },
    {
      type: 'virtio-pmem',
      data: { memaddr: 6_441_402_368, size: 536_870_912, memdev: '/objects/pmem2-mem', id: 'pmem2' },
    },
  ];
  const qmp: QmpClient = { execute: () => Promise.resolve(answer), closed: Promise.resolve() };
  expect(await queryMemoryDevices(qmp)).toEqual({
    addresses: new Map([
      ['pmem0', 5_368_709_120],
      ['pmem2', 6_441_402_368],
    ]),
    unread: [],
  });
});

test('an entry that is odd hides no other', async () => {
  const answer = [
    { type: 'nvdimm', data: { addr: '0x1000', id: 'pmem0' } },
    { type: 'sgx-epc' },
    { type: 'virtio-pmem', data: { memaddr: 4096, id: 'pmem1' } },
  ];
  const qmp: QmpClient = { execute: () => Promise.resolve(answer), closed: Promise.resolve() };
  expect(await queryMemoryDevices(qmp)).toEqual({
    addresses: new Map([['pmem1', 4096]]),
    unread: ['data.addr is "0x1000": expected number', 'data is not there: expected object'],
  });
});
