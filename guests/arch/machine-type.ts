/** A machine of QEMU's, and what it offers to devices. */
export interface MachineType {
  /** For `-machine`. */
  readonly name: string;
  /** Words behind the name. */
  readonly flags: readonly string[];
  /** The device that reports a panic. */
  readonly panicDevice: string;
  /** The device by which a kernel learns that it goes on as one of several; absent where guests are not forked. */
  readonly generationDevice?: string;
  /** Absent: guests can have it. Otherwise what is wrong with it. */
  readonly refused?: string;
  /** The word by which it takes NVDIMMs; absent where it does not take them. */
  readonly nvdimm?: string;
  /** It plugs in memory devices: slots, and room below `maxmem`. */
  readonly memoryDevices: boolean;
  /** How RAM is split around the PCI hole; absent where `memmap=` has no known place. */
  readonly ramSplit?: RamSplit;
}

export interface RamSplit {
  /** The word that says how much RAM lies below the hole: `flag=BYTES`. */
  readonly flag: string;
  readonly maxLowBytes: number;
  /** Where the rest continues. */
  readonly highStart: number;
}
