import { readFileSync } from 'node:fs';

/** The text of a file of /proc, /sys or /etc; `undefined` where this host has no such file or does not show it. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
