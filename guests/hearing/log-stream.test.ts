import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { expect, test } from 'vitest';
import { settlesWithin } from '../deferred.ts';
import type { SshConnection } from '../ssh/connection.ts';
import { openLogStream } from './log-stream.ts';
import { createMarks } from './marks.ts';

const marks = createMarks();

/** A guest whose log is given by hand; each reader that is opened gets a channel of its own. */
function fakeLog() {
  const channels: PassThrough[] = [];
  const connection: Pick<SshConnection, 'openExec' | 'closed'> = {
    closed: new Promise(() => undefined),
    openExec: (_command, attach) => {
      const channel = Object.assign(new PassThrough(), { stderr: new PassThrough(), stdin: new EventEmitter() });
      channels.push(channel);
      return Promise.resolve(attach(channel as unknown as ClientChannel));
    },
  };
  const say = (sequence: number, text: string, reader = channels.length - 1) =>
    channels[reader]?.write(`4,${sequence},${sequence}000000,-;${text}\n`);
  return { stream: openLogStream(connection, marks), channels, say };
}

const ERROR = 'EXT4-fs error (device loop0): ext4_lookup:1: inode #2: bad';

test('a problem in the log belongs to the mark before it', async () => {
  const { say, stream } = fakeLog();
  const begun = stream.sees('test-begin 1 a');
  say(10, marks.compose('test-begin 1 a'));
  await begun;
  const ended = stream.sees('test-end 1');
  say(11, ERROR);
  say(12, marks.compose('test-end 1'));
  await ended;
  expect(stream.takeProblems()).toMatchObject([
    { kind: 'ext4-error', marker: 'test-begin 1 a', lines: [`[   11.000000] ${ERROR}`] },
  ]);
  expect(stream).toMatchObject({ records: 3, lost: 0 });
});

test('a mark without a waiter is not believed', async () => {
  const { say, stream } = fakeLog();
  const begun = stream.sees('test-begin 1 a');
  say(1, marks.compose('test-begin 1 a'));
  await begun;
  const ended = stream.sees('test-end 1');
  say(2, marks.compose('test-begin 2 b'));
  say(3, `pmemrig: test-end 1`);
  say(4, ERROR);
  say(5, marks.compose('test-end 1'));
  await ended;
  expect(stream.takeProblems()).toMatchObject([{ marker: 'test-begin 1 a' }]);
});

test('records that the kernel has thrown away are counted', async () => {
  const { say, stream } = fakeLog();
  const seen = stream.sees('one');
  say(5, 'first');
  say(105, marks.compose('one'));
  await seen;
  expect(stream.lost).toBe(99);
});

test('a reader that was killed is followed by another, which reports nothing twice', async () => {
  const { channels, say, stream } = fakeLog();
  const seen = stream.sees('one');
  say(1, ERROR);
  await settlesWithin(seen, 10);
  channels[0]?.destroy();
  await expect.poll(() => channels.length).toBe(2);
  say(1, ERROR);
  say(2, marks.compose('one'));
  await seen;
  expect(stream.takeProblems()).toHaveLength(1);
  expect(stream.lost).toBe(0);
});

test('a reader that was stopped is given up for another', async () => {
  const { channels, say, stream } = fakeLog();
  const seen = stream.sees('one');
  stream.renew();
  expect(channels).toHaveLength(2);
  say(1, marks.compose('one'));
  await seen;
});
