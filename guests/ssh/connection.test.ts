import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2, { type ClientChannel } from 'ssh2';
import { expect, onTestFinished, test } from 'vitest';
import { createDeferred } from '../deferred.ts';
import { ChannelRefused, connectSsh, ConnectionLost, openChannel } from './connection.ts';
import { createRunKeys, type RunKeys } from './keys.ts';

type Done = (error: Error | undefined, channel: ClientChannel) => void;

function open(answer: (done: Done) => void) {
  const closed = createDeferred<string | undefined>();
  return { closed, opened: openChannel(closed.promise, answer, (channel) => channel) };
}
// ssh2 passes none along with an error.
const refuse = (message: string) => (done: Done) => done(new Error(message), undefined as unknown as ClientChannel);

test.each(['(SSH) Channel open failure: open failed', 'Unable to exec'])(
  '"%s" on a connection that stands is a refusal',
  async (message) => {
    const { opened } = open(refuse(message));
    await expect(opened).rejects.toThrow(ChannelRefused);
    await expect(opened).rejects.toThrow(`sshd of the guest refuses new sessions: ${message}`);
  },
);

test('the same with a connection that is just ending is a loss', async () => {
  const { closed, opened } = open(refuse('Unable to exec'));
  setTimeout(() => closed.resolve('read ECONNRESET'), 10);
  await expect(opened).rejects.toThrow(ConnectionLost);
});

test('a channel that is never granted is lost with its connection', async () => {
  const { closed, opened } = open(() => undefined);
  closed.resolve(undefined);
  await expect(opened).rejects.toThrow(ConnectionLost);
});

/** A real server at a port of this host, which lets in who holds the client's key. */
async function serve({ client, host }: RunKeys): Promise<{ readonly port: number; readonly logins: () => number }> {
  const wanted = ssh2.utils.parseKey(client.publicKey);
  if (wanted instanceof Error) throw wanted;
  let logins = 0;
  const server = new ssh2.Server({ hostKeys: [host.privateKey] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (login) => {
      const holdsKey = login.method === 'publickey' && login.key.data.equals(wanted.getPublicSSH());
      if (!holdsKey) return login.reject();
      logins += 1;
      login.accept();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, logins: () => logins };
}

const login = async (port: number, keys: RunKeys) => connectSsh({ port, keys, timeoutMs: 10_000, keepaliveMs: 10_000 });

test('the guest of the run is logged in to', async () => {
  const keys = createRunKeys();
  const connection = await login((await serve(keys)).port, keys);
  onTestFinished(() => connection.close());
  expect(connection.bytesRead).toBeGreaterThan(0);
});

test('whoever else listens at the port, with another host key, is refused before the client says who it is', async () => {
  const keys = createRunKeys();
  const { port, logins } = await serve({ ...keys, host: createRunKeys().host });
  await expect(login(port, keys)).rejects.toThrow(/host.*verif|verif.*host/i);
  expect(logins()).toBe(0);
});
