// Cuts the power of the host itself: what was synced stays, what was not is gone. Needs strace on the host.
if (guest.faults.refusal !== undefined) {
  console.log(guest.faults.refusal);
  process.exit(4);
}
const { path: device } = guest.devices[0];
const put = (word, offset) => guest.$`printf ${word} | dd of=${device} bs=1 seek=${offset} conv=notrunc`;
await put('before', 0);
await guest.$`sync ${device}`;
const image = await guest.keepDurable(0);
await put('synced', 4096);
await guest.$`sync ${device}`;
const flushes = await image.flushes();
// Straight to the host's memory, and never flushed.
await guest.$`printf lost | dd of=${device} bs=4096 seek=2 conv=notrunc,sync oflag=direct`;
await guest.losePower();
await guest.powerOn();
const read = async (offset) => (await guest.$`dd if=${device} bs=1 skip=${offset} count=6`).stdout.replaceAll('\0', '');
const found = [await read(0), await read(4096), await read(8192)];
console.log(`${flushes} flushes, found ${JSON.stringify(found)}`);
if (flushes === 0 || found.join() !== 'before,synced,') throw new Error('the power loss left something else');
