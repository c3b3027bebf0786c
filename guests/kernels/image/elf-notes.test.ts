import { expect, test } from 'vitest';
import { parseNotes } from './elf-notes.ts';

function note(owner: string, type: number, value: Buffer): Buffer {
  const name = Buffer.from(`${owner}\0`);
  const head = Buffer.alloc(12);
  [name.length, value.length, type].forEach((field, i) => head.writeUInt32LE(field, i * 4));
  return Buffer.concat([head, pad(name), pad(value)]);
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

test('notes of any length are read one after the other', () => {
  expect(
    parseNotes(Buffer.concat([note('Linux', 0x101, Buffer.alloc(5)), note('Xen', 18, Buffer.alloc(8))])),
  ).toStrictEqual([
    { owner: 'Linux', type: 0x101 },
    { owner: 'Xen', type: 18 },
  ]);
});

test('a torn note ends the list', () => {
  expect(parseNotes(note('Xen', 18, Buffer.alloc(8)).subarray(0, 8))).toStrictEqual([]);
});
