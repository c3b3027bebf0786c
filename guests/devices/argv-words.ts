/** JSON, not `key=value`: a path may hold commas. */
export function jsonDevice(properties: Readonly<Record<string, string | number | boolean>>): string[] {
  return ['-device', JSON.stringify(properties)];
}

/** A file as memory of the guest, by the name `ID-mem`. What the guest writes is in the file. */
export function memoryBackend(id: string, path: string, sizeBytes: number): string[] {
  return [
    '-object',
    JSON.stringify({
      'qom-type': 'memory-backend-file',
      id: `${id}-mem`,
      'mem-path': path,
      size: sizeBytes,
      share: true,
    }),
  ];
}

/** A raw file as a disk, a virtio one unless said otherwise. The guest finds it by its serial number (at most 20 characters). */
export function composeDisk({
  id,
  path,
  serial,
  readOnly,
  noFlush = false,
  attach = { driver: 'virtio-blk-pci' },
}: {
  readonly id: string;
  readonly path: string;
  readonly serial: string;
  readonly readOnly: boolean;
  readonly noFlush?: boolean;
  readonly attach?: { readonly driver: string; readonly bus?: string };
}): string[] {
  const file = {
    driver: 'file',
    filename: path,
    'node-name': `${id}-file`,
    'read-only': readOnly,
    ...(noFlush && { cache: { 'no-flush': true } }),
  };
  const raw = {
    driver: 'raw',
    file: `${id}-file`,
    'node-name': `${id}-raw`,
    'read-only': readOnly,
    ...(noFlush && { cache: { 'no-flush': true } }),
  };
  return [
    '-blockdev',
    JSON.stringify(file),
    '-blockdev',
    JSON.stringify(raw),
    ...jsonDevice({ ...attach, id, drive: `${id}-raw`, serial }),
  ];
}
