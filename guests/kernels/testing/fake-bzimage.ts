/** For tests: the parts of a bzImage that the rig reads, as in the kernel's Documentation/arch/x86/boot.rst. */
export function fakeBzImage(version: string, payload: Uint8Array = Buffer.from('hello')): Buffer {
  const payloadAt = 4 * 512 + 0x10;
  const image = Buffer.alloc(Math.max(0x1000, payloadAt + payload.length));
  image.writeUInt8(3, 0x1f1);
  image.writeUInt16LE(0xaa55, 0x1fe);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x20f, 0x206);
  image.writeUInt16LE(0x300, 0x20e);
  image.writeUInt32LE(0x10, 0x248);
  image.writeUInt32LE(payload.length, 0x24c);
  image.write(version, 0x500, 'latin1');
  image.set(payload, payloadAt);
  return image;
}
