import { expect, test } from 'vitest';
import { composeProbePayload, PROBE_EXIT_CODE, PROBE_EXIT_PORT, PROBE_WORD } from './probe-payload.ts';

const word = (value: number) => [value & 0xff, value >> 8];
/** `mov word [at],value` */
const store = (at: number, value: number) => Buffer.from([0xc7, 0x06, ...word(at), ...word(value)]);
/** `mov dx,port` */
const select = (port: number) => [0x66, 0xba, ...word(port)];

test('the payload is one bootable sector', () => {
  const sector = composeProbePayload();
  expect(sector).toHaveLength(512);
  expect([...sector.subarray(510)]).toEqual([0x55, 0xaa]);
});

test('the descriptor table is where lgdt looks for it', () => {
  const sector = composeProbePayload();
  const view = new DataView(sector.buffer);
  const lgdt = Buffer.from(sector).indexOf(Buffer.of(0x0f, 0x01, 0x16));
  const pointer = view.getUint16(lgdt + 3, true) - 0x7c00;
  expect(view.getUint16(pointer, true)).toBe(15);
  const table = view.getUint32(pointer + 2, true) - 0x7c00;
  expect(view.getBigUint64(table + 8, true)).toBe(0x00209a0000000000n);
});

test('the far jump goes to the first 64-bit instruction', () => {
  const sector = Buffer.from(composeProbePayload());
  const jump = sector.indexOf(Buffer.of(0x0f, 0x22, 0xc0, 0xea)) + 3;
  expect(sector.readUInt16LE(jump + 1) - 0x7c00).toBe(jump + 5);
  expect(sector.readUInt16LE(jump + 3)).toBe(0x08);
});

test('three page tables map the first 2 MiB, present and writable', () => {
  const sector = Buffer.from(composeProbePayload());
  for (const [at, value] of [
    [0x1000, 0x2003],
    [0x2000, 0x3003],
    // One page of 2 MiB.
    [0x3000, 0x83],
  ] as const)
    expect(sector.includes(store(at, value))).toBe(true);
});

test('it says its word on COM1, and then leaves by the port that ends its QEMU with the code', () => {
  const sector = Buffer.from(composeProbePayload());
  const letters = Array.from(PROBE_WORD).flatMap((letter) => [0xb0, letter.charCodeAt(0), 0xee]);
  const leave = [...select(PROBE_EXIT_PORT), 0xb0, (PROBE_EXIT_CODE - 1) / 2, 0xee];
  expect(sector.includes(Buffer.from([...select(0x3f8), ...letters, ...leave]))).toBe(true);
});
