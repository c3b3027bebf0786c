const UNITS = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;

const SIZE_PATTERN = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i;

/** `"1G"`, `"512M"`, `"2MiB"`, `"4096"` → bytes (powers of 1024), or `undefined` if it is no whole number of bytes. */
export function parseSize(text: string): number | undefined {
  const match = SIZE_PATTERN.exec(text.trim());
  if (!match) return undefined;
  // The pattern admits only keys of UNITS.
  const bytes = Number(match[1]) * UNITS[(match[2] ?? '').toUpperCase() as keyof typeof UNITS];
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest exact form that {@link parseSize} and QEMU both read: `1G`, `1026M`, `4096`. */
export function formatSize(bytes: number): string {
  for (const unit of ['T', 'G', 'M', 'K'] as const) {
    if (bytes !== 0 && bytes % UNITS[unit] === 0) return `${bytes / UNITS[unit]}${unit}`;
  }
  return String(bytes);
}
