import type { ClientChannel } from 'ssh2';
import { expect, test } from 'vitest';
import { createDeferred } from '../deferred.ts';
import { ChannelRefused, ConnectionLost, openChannel } from './connection.ts';

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
