import { PassThrough } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { expect, test } from 'vitest';
import { createDeferred, settlesWithin } from '../deferred.ts';
import { ConnectionLost, type SshConnection } from './connection.ts';
import { openMarker } from './marker.ts';

function fakeMarker() {
  const stdin = new PassThrough();
  const channel = Object.assign(new PassThrough(), { stderr: new PassThrough(), stdin });
  const closed = createDeferred<string | undefined>();
  let opened = 0;
  const connection: SshConnection = {
    openExec: (_command, attach) => {
      opened += 1;
      return Promise.resolve(attach(channel as unknown as ClientChannel));
    },
    openShell: () => Promise.reject(new Error('unused')),
    closed: closed.promise,
    bytesRead: 0,
    close: () => undefined,
  };
  return {
    marker: openMarker(connection),
    channel,
    stdin,
    opened: () => opened,
    lose: () => closed.resolve(undefined),
  };
}

test('a mark is one line of the kernel log, and done when the guest says so', async () => {
  const { channel, marker, opened, stdin } = fakeMarker();
  const first = marker.write('pmemrig: token test fio/one starts');
  expect(await settlesWithin(first, 20)).toBe(false);
  expect(String(stdin.read())).toBe('<4>pmemrig: token test fio/one starts\n');
  channel.push('\n');
  expect(await first).toBe(true);

  const second = marker.write('test fio/two');
  setTimeout(() => channel.push('\n'), 5);
  await second;
  expect(opened()).toBe(1);
});

test('with the connection the marks are lost', async () => {
  const { channel, lose, marker } = fakeMarker();
  const waiting = marker.write('one');
  setTimeout(() => {
    channel.destroy();
    lose();
  }, 5);
  await expect(waiting).rejects.toThrow(ConnectionLost);
});

test('when only its shell was killed a mark is not written, and the next one gets a new shell', async () => {
  const { channel, marker, opened } = fakeMarker();
  const waiting = marker.write('one');
  setTimeout(() => channel.destroy(), 5);
  expect(await waiting).toBe(false);
  void marker.write('two');
  expect(opened()).toBe(2);
});

test('a shell that was stopped is given up for another', async () => {
  const { marker, opened } = fakeMarker();
  void marker.write('one');
  marker.renew();
  void marker.write('one');
  expect(opened()).toBe(2);
});
