// Takes a disk away under I/O, and asks for devices that QEMU 7.2 does not give back. Reports in TAP.
console.log('TAP version 13\n1..3');
let number = 0;
const report = (ok, name) => console.log(`${ok ? 'ok' : 'not ok'} ${(number += 1)} - ${name}`);

const disk = await guest.plug({ kind: 'virtio-blk', size: '64M' });
const path = await guest.findDevice(disk);
const dd = ['dd', 'if=/dev/zero', `of=${path}`, 'bs=64k', 'count=16', 'oflag=direct', 'conv=nocreat'];
const io = guest.$`n=0; while ${dd}; do n=$((n + 1)); echo $n > /run/rounds; done; echo $n`;
await guest.$`until [ -s /run/rounds ]; do sleep 0.1; done`;
await guest.unplug(disk);
const rounds = Number((await io).stdout);
const left = await guest.$`ls ${path}`.nothrow();
console.log(`# ${rounds} rounds, ls says ${left.stdout}${left.stderr}`);
report(rounds > 0 && left.exitCode === 2, 'a disk goes under I/O');

const pmem = await guest.plug({ kind: 'virtio-pmem', size: '128M' });
const node = await guest.findDevice(pmem);
const size = await guest.$`blockdev --getsize64 ${node}`.text();
const kept = await guest.unplug(pmem).catch((error) => error);
report(Number(size) === 128 * 2 ** 20 && kept.code === 'device-refused' && /cannot be unplugged/.test(kept.message), 'virtio-pmem stays');

const nvdimm = await guest.unplug(0).catch((error) => error);
report(nvdimm.code === 'device-refused' && /nvdimm device hot unplug is not supported/.test(nvdimm.message), 'nvdimm stays');
