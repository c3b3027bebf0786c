import { chmodSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';

const NOBODY = 65_534;

/**
 * Runs `body` as a user who may read `folders` and write to none of them. Root may write anywhere, so it becomes
 * another user for that while.
 */
export async function asNormalUser<T>(folders: readonly string[], body: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  // A test's own folder of temporary files is for its user alone.
  const modes = [tmpdir(), ...folders].map((path) => ({ path, mode: statSync(path).mode }));
  for (const { path } of modes) chmodSync(path, path === tmpdir() ? 0o755 : 0o555);
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await body();
  } finally {
    if (isRoot) process.seteuid?.(0);
    for (const { path, mode } of modes) chmodSync(path, mode);
  }
}
