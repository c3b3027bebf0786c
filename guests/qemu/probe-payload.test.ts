import { expect, test } from 'vitest';
import { composeProbePayload } from './probe-payload.ts';

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
