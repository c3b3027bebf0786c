import { type Accelerator, ICOUNT_SHIFT } from '../../orchestrator/model/accelerator.ts';
import type { Architecture } from '../arch/architecture.ts';
import type { MachineType } from '../arch/machine-type.ts';
import type { GuestSpec } from '../../orchestrator/model/matrix.ts';
import { composeDisk, jsonDevice } from '../devices/argv-words.ts';
import type { DeviceComposition } from '../devices/compose-devices.ts';

/** Inherited by QEMU as open sockets: no path to agree on, to run out of length, or to clean up. */
export const QMP_FD = 3;
export const CONSOLE_FD = 4;
/** An open file that holds the RAM of a guest of which others will be forked. */
export const RAM_FD = 5;
/** QMP's name of the console, for `chardev-send-break`. */
export const CONSOLE_ID = 'console';

/** The name of the RAM in what QEMU saves of a guest: the same in a template and in its forks. */
const RAM_ID = 'ram';

/** Serial numbers by which the initramfs finds its disks. */
const ROOT_SERIAL = 'pmemrig-root';
const MODULES_SERIAL = 'pmemrig-modules';

export interface GuestMachine {
  /** Shown by `ps` and in QEMU's own messages. */
  readonly name: string;
  readonly accelerator: Accelerator;
  readonly architecture: Architecture;
  readonly machineType: MachineType;
  readonly guest: GuestSpec;
  readonly kernel: string;
  readonly initrd: string;
  readonly rootDisk: string;
  readonly modulesDisk?: string;
  readonly suiteDisk?: { readonly path: string; readonly serial: string };
  /** Its content matters to the host alone. */
  readonly resultsDisk?: { readonly path: string; readonly serial: string };
  readonly devices: DeviceComposition;
  /** Where its RAM lies; absent: in memory of QEMU's own. */
  readonly ram?: GuestRam;
}

/**
 * RAM in a file, which is how a guest is forked. `kept`: what the guest writes is in the file that QEMU inherits as
 * {@link RAM_FD}. `copied`: it begins with what is in a file, which stays as it is, and waits for the rest of the
 * template's state.
 */
export type GuestRam = { readonly is: 'kept' } | { readonly is: 'copied'; readonly path: string };

/** QEMU's whole command line but its own name. */
export function composeArgv(machine: GuestMachine): string[] {
  return [
    ...composeHardware(machine),
    '-kernel',
    machine.kernel,
    '-initrd',
    machine.initrd,
    '-append',
    composeKernelArgs(machine).join(' '),
  ];
}

/** A machine with all that the rig gives a guest, and nothing to boot. */
export function composeHardware(machine: Omit<GuestMachine, 'kernel' | 'initrd'>): string[] {
  const { architecture, devices, guest, machineType } = machine;
  return [
    ['-name', `${machine.name},debug-threads=on`],
    // Nothing that the rig did not ask for: no firmware menu, no display, no files of the host's own.
    ['-nodefaults', '-no-user-config', '-display', 'none'],
    ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    [
      '-machine',
      [
        machineType.name,
        ...machineType.flags,
        ...devices.machineFlags,
        ...(machine.ram === undefined ? [] : [`memory-backend=${RAM_ID}`]),
      ].join(','),
    ],
    composeAccelerator(machine.accelerator),
    ['-cpu', architecture.qemu.cpu[machine.accelerator]],
    ['-smp', String(guest.cpus)],
    ['-m', composeMemory(devices)],
    // A panic is reported by pvpanic but not acted upon, so that the kernel prints its report to the end. `panic=-1`
    // then resets at once, which `-no-reboot` turns into QEMU's end. The firmware leaves the disks alone. It would keep
    // their queues in memory over which QEMU then loads a kernel's initrd. QEMU 11.1 says of each such boot "Guest says
    // index 12592 is available": these are digits of the cpio archive.
    ['-boot', 'strict=on'],
    ['-no-reboot', '-action', 'panic=none', '-device', machineType.panicDevice],
    // Not `-mon`: QEMU 11.1 warns that it is deprecated.
    ['-chardev', `socket,id=qmp,fd=${QMP_FD}`, '-qmp', 'chardev:qmp'],
    // No `logfile=`: QEMU 7.2 writes a byte there again each time the socket was full (chardev/char.c).
    ['-chardev', `socket,id=${CONSOLE_ID},fd=${CONSOLE_FD}`, '-serial', `chardev:${CONSOLE_ID}`],
    composeDisk({ id: 'root', path: machine.rootDisk, serial: ROOT_SERIAL, readOnly: true }),
    machine.modulesDisk === undefined
      ? []
      : composeDisk({ id: 'modules', path: machine.modulesDisk, serial: MODULES_SERIAL, readOnly: true }),
    machine.suiteDisk === undefined ? [] : composeDisk({ id: 'suite', ...machine.suiteDisk, readOnly: true }),
    // Flushing it to the host's disk would only cost time: what is in the host's memory outlives the guest, too.
    machine.resultsDisk === undefined
      ? []
      : composeDisk({ id: 'results', ...machine.resultsDisk, readOnly: false, noFlush: true }),
    // The guest sees nothing of the world; only its sshd is reachable, at a port that QEMU picks.
    ['-netdev', 'user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22'],
    jsonDevice({ driver: 'virtio-net-pci', netdev: 'net', romfile: '' }),
    machine.ram === undefined ? devices.argv : [...devices.parted.saved, ...composeRam(machine.ram, machine)],
  ].flat();
}

function composeRam(ram: GuestRam, { devices, machineType }: Pick<GuestMachine, 'devices' | 'machineType'>): string[] {
  const backend = {
    'qom-type': 'memory-backend-file',
    id: RAM_ID,
    // A file without a name has one here.
    'mem-path': ram.is === 'kept' ? `/proc/self/fd/${RAM_FD}` : ram.path,
    size: devices.ramBytes,
    share: ram.is === 'kept',
  };
  return [
    '-object',
    JSON.stringify(backend),
    // A fork has another identity than its template, by which its kernel draws new random numbers at once.
    ...(machineType.generationDevice === undefined ? [] : ['-device', machineType.generationDevice]),
    // Last, so that the others have the same places as in the template, on the bus and in memory.
    ...(ram.is === 'copied' ? [...devices.parted.unsaved, '-incoming', 'defer'] : []),
  ];
}

function composeAccelerator(accelerator: Accelerator): readonly string[] {
  // One thread anyway, which QEMU chooses by itself then. With `sleep=on` the guest's clock goes with the host's while
  // the guest waits, above all for a flush by the host. Without it the clock would leap to the next timer, and the
  // kernel's watchdogs would bite.
  return accelerator === 'tcg-icount'
    ? ['-accel', 'tcg,thread=single', '-icount', `shift=${ICOUNT_SHIFT},align=off,sleep=on`]
    : ['-accel', accelerator];
}

function composeMemory({ ramBytes, memorySlots, maxmemBytes }: DeviceComposition): string {
  const size = `size=${ramBytes}B`;
  return memorySlots === 0 ? size : `${size},slots=${memorySlots},maxmem=${maxmemBytes}B`;
}

/**
 * TCG translates code for each virtual address at which it finds it. Where each process has its libraries elsewhere it
 * translates them anew. Twelve tests of the suite `dax` took 23 s with randomisation and 12 s without (QEMU 7.2, in turns).
 */
const ONE_TRANSLATION = 'norandmaps';

function composeKernelArgs({ accelerator, architecture, devices, guest }: GuestMachine): string[] {
  return [
    `console=${architecture.console}`,
    'panic=-1',
    'net.ifnames=0',
    // Stacks can then be asked for over the console, with any default mask of the distribution.
    'sysrq_always_enabled',
    // The rig's own lines in the log are not to be lost to rate limits.
    'printk.devkmsg=on',
    // Whatever a test sets (`dmesg -n 1`, kernel.printk), the console is to show all that the kernel says.
    'ignore_loglevel',
    // Half a second of CPU under TCG, about ciphers that no test of persistent memory looks at.
    'cryptomgr.notests',
    ...(accelerator === 'kvm' ? [] : [ONE_TRANSLATION]),
    ...architecture.kernelArgs[accelerator],
    ...devices.kernelArgs,
    ...guest.append,
  ];
}
