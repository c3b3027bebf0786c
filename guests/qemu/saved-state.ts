import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { createDeferred } from '../deferred.ts';
import type { QmpClient } from './qmp.ts';

/** Half a megabyte of devices takes QEMU 30 ms; a host that swaps takes seconds. */
const MOVE_MS = 20_000;
const POLL_MS = 5;

// Source: MigrationInfo in QEMU's qapi/migration.json. It has no status before the first byte.
const statusSchema = z.object({ status: z.string().default('none'), 'error-desc': z.string().optional() });

/**
 * What QEMU says of a guest beside its RAM: CPUs, devices, clocks. The guest must be paused, and its RAM must lie in a
 * file (`x-ignore-shared`, since QEMU 4.0). Rejects with an Error in words when QEMU does not give it.
 */
export async function saveState(qmp: QmpClient): Promise<Buffer> {
  await leaveOutRam(qmp);
  return await withSocket(async (path) => {
    const chunks: Buffer[] = [];
    const ended = createDeferred<void>();
    const server = createServer((socket) => {
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.once('close', () => ended.resolve());
      // QEMU's own word on it is the better one.
      socket.on('error', () => undefined);
    });
    server.listen(path);
    await once(server, 'listening');
    try {
      await qmp.execute('migrate', { uri: `unix:${path}` });
      await moved(qmp);
      await ended.promise;
      return Buffer.concat(chunks);
    } finally {
      server.close();
    }
  });
}

/**
 * Gives a QEMU that was started with `-incoming defer` what {@link saveState} gave. Its guest is paused then. Rejects
 * with an Error in words when QEMU does not take it; most such QEMUs end by themselves.
 */
export async function loadState(qmp: QmpClient, state: Uint8Array): Promise<void> {
  await leaveOutRam(qmp);
  await withSocket(async (path) => {
    await qmp.execute('migrate-incoming', { uri: `unix:${path}` });
    const socket = connect(path);
    socket.on('error', () => undefined);
    try {
      socket.end(state);
      await moved(qmp);
    } finally {
      socket.destroy();
    }
  });
}

async function leaveOutRam(qmp: QmpClient): Promise<void> {
  await qmp.execute('migrate-set-capabilities', {
    capabilities: [{ capability: 'x-ignore-shared', state: true }],
  });
}

/** Waits until all has been sent or taken. */
async function moved(qmp: QmpClient): Promise<void> {
  for (const start = performance.now(); performance.now() - start < MOVE_MS; await sleep(POLL_MS)) {
    const { status, 'error-desc': why } = statusSchema.parse(await qmp.execute('query-migrate'));
    if (status === 'completed') return;
    if (status === 'failed' || status === 'cancelled')
      throw new Error(`QEMU's move of the guest's state ${status}${why === undefined ? '' : `: ${why}`}`);
  }
  throw new Error(`QEMU did not move the guest's state within ${MOVE_MS / 1000} s`);
}

/** A socket in a folder of this user's alone; a path of 107 bytes is the longest that a socket can have. */
async function withSocket<T>(use: (path: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-'));
  try {
    return await use(join(dir, 's'));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
