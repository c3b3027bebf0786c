import { expect, test } from 'vitest';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { createDeferred } from '../deferred.ts';
import { ChannelRefused, ConnectionLost } from '../ssh/connection.ts';
import { ExecStuck } from '../ssh/exec.ts';
import { whileAlive } from './while-alive.ts';

/** A guest whose watch names a death as soon as it hears of one. */
function fakeGuest() {
  const gone = createDeferred<never>();
  const report = (how: string) => (reason: string) => gone.reject(new Error(`${how}: ${reason}`));
  return {
    gone,
    waitOn: <T>(action: Promise<T>) =>
      whileAlive(action, gone.promise, { reportStall: report('stall'), reportSshLost: report('ssh-lost') }),
  };
}

test('an sshd that refuses a session ends the wait: nothing else would report that the guest is gone', async () => {
  const { waitOn } = fakeGuest();
  await expect(waitOn(Promise.reject(new ChannelRefused(new Error('Unable to exec'))))).rejects.toThrow(
    'ssh-lost: sshd of the guest refuses new sessions: Unable to exec',
  );
});

test('a guest that does not carry out a kill is reported as stalled', async () => {
  await expect(fakeGuest().waitOn(Promise.reject(new ExecStuck('sync')))).rejects.toThrow(
    'stall: the guest did not answer when `sync` was to be killed at its deadline',
  );
});

test('with the connection lost, the cause is what the watch finds', async () => {
  const { gone, waitOn } = fakeGuest();
  const waiting = waitOn(Promise.reject(new ConnectionLost()));
  setTimeout(() => gone.reject(new Error('panic')), 5);
  await expect(waiting).rejects.toThrow('panic');
});

test('an error of the action itself passes as it is, and so does its result', async () => {
  const { waitOn } = fakeGuest();
  const error = new InfraError('no room', { code: 'transfer-failed' });
  await expect(waitOn(Promise.reject(error))).rejects.toBe(error);
  expect(await waitOn(Promise.resolve(7))).toBe(7);
});
