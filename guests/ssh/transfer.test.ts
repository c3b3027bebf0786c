import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import { afterAll, expect, test } from 'vitest';
import { ConnectionLost, type SshConnection } from './connection.ts';
import { downloadOverSsh, uploadOverSsh } from './transfer.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-transfer-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Every command gets a channel whose other end prints `output` and reads what comes. */
function connectTo({
  output = '',
  open = () => Promise.resolve(),
  received = [],
}: {
  readonly output?: string;
  readonly open?: () => Promise<void>;
  readonly received?: Buffer[];
} = {}): SshConnection {
  return {
    closed: new Promise(() => undefined),
    openExec: async (_command, attach) => {
      await open();
      const stdin = new PassThrough();
      stdin.on('data', (chunk: Buffer) => received.push(chunk));
      const channel = Object.assign(new PassThrough(), { stderr: new PassThrough(), stdin, end: () => stdin.end() });
      channel.push(output);
      stdin.once('end', () => {
        channel.emit('exit', 0);
        channel.push(null);
        channel.destroy();
      });
      return attach(channel as unknown as ClientChannel);
    },
    openShell: () => Promise.reject(new Error('unused')),
    bytesRead: 0,
    close: () => undefined,
  };
}

test('a small folder, packed long before the guest takes it, arrives whole', async () => {
  const folder = join(dir, 'small');
  mkdirSync(folder);
  writeFileSync(join(folder, 'run.sh'), 'echo hi');
  const received: Buffer[] = [];
  await uploadOverSsh(connectTo({ open: () => sleep(500), received }), folder, '/opt/x');
  expect(Buffer.concat(received).toString()).toContain('echo hi');
});

// A file that not even root may open for reading, and one whose first byte gives EIO.
test.each(['/sys/bus/platform/drivers_probe', '/proc/self/mem'])(
  '%s, which cannot be read, is the fault of whoever named it',
  async (path) => {
    await expect(uploadOverSsh(connectTo(), path, '/opt/x')).rejects.toMatchObject({
      name: 'UserError',
      code: 'upload-unreadable',
      message: expect.stringMatching(`^${path} cannot be copied to the guest: (EACCES|EIO)`) as string,
    });
  },
);

/** A guest whose commands never end by themselves, and read nothing. */
function connectToSlow(): SshConnection {
  const ends: (() => void)[] = [];
  const openExec: SshConnection['openExec'] = async (command, attach) => {
    const stdin = new PassThrough({ highWaterMark: 1 });
    const channel = Object.assign(new PassThrough(), { stderr: new PassThrough(), stdin, end: () => stdin.end() });
    const end = (code: number | null, signal?: string): void => {
      channel.emit('exit', code, signal);
      channel.push(null);
      channel.destroy();
    };
    if (command.includes('kill -KILL')) setTimeout(() => (ends.splice(0).forEach((kill) => kill()), end(0)), 5);
    else ends.push(() => end(null, 'SIGKILL'));
    return attach(channel as unknown as ClientChannel);
  };
  return { ...connectTo(), openExec };
}

test.each<[string, (connection: SshConnection) => Promise<unknown>]>([
  ['a file', async (connection) => uploadOverSsh(connection, join(dir, 'file'), '/opt/x', { timeoutMs: 30 })],
  ['a folder', async (connection) => uploadOverSsh(connection, join(dir, 'folder'), '/opt/x', { timeoutMs: 30 })],
  ['a download', async (connection) => downloadOverSsh(connection, '/opt/x', join(dir, 'copy'), { timeoutMs: 30 })],
])('%s that takes too long is no fault of the guest, which can end it', async (_, transfer) => {
  mkdirSync(join(dir, 'folder'), { recursive: true });
  for (const path of ['file', 'folder/file']) writeFileSync(join(dir, path), 'x'.repeat(2 ** 20));
  await expect(transfer(connectToSlow())).rejects.toMatchObject({
    name: 'InfraError',
    code: 'transfer-failed',
    message: expect.stringMatching(/ did not end within 0.03 s$/) as string,
  });
});

test('a connection that goes before the command takes its file leaves no error behind', async () => {
  const connection = connectTo({ open: () => Promise.reject(new ConnectionLost()) });
  await expect(uploadOverSsh(connection, import.meta.filename, '/opt/x')).rejects.toThrow(ConnectionLost);
});

test('a download that the disk of the host cannot hold is the fault of the host', async () => {
  await expect(downloadOverSsh(connectTo({ output: 'data' }), '/data', '/dev/full')).rejects.toMatchObject({
    name: 'InfraError',
    code: 'disk-full',
  });
  await expect(
    downloadOverSsh(connectTo({ output: 'data' }), '/data', join(dir, 'none', 'data')),
  ).rejects.toMatchObject({ name: 'InfraError', code: 'host-files' });
});
