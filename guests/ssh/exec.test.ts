import type { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { expect, test } from 'vitest';
import { createDeferred } from '../deferred.ts';
import { ChannelRefused, ConnectionLost, type SshConnection } from './connection.ts';
import { execOverSsh, ExecStuck } from './exec.ts';
import { present } from '../../orchestrator/model/present.ts';

/** The part of ssh2's channel that is used, played by hand. */
function fakeChannel() {
  const stdin = new PassThrough();
  const channel = Object.assign(new PassThrough(), {
    stderr: new PassThrough(),
    stdin,
    end: (input?: string) => stdin.end(input),
  });
  const exit = (code: number | null, signal?: string) => {
    channel.emit('exit', code, signal);
    channel.emit('close');
  };
  return { channel: channel as unknown as ClientChannel & EventEmitter, output: channel, exit };
}

function fakeConnection(
  open: (command: string) => (ReturnType<typeof fakeChannel> & { readonly onAttached?: () => void }) | undefined,
) {
  const closed = createDeferred<string | undefined>();
  const commands: string[] = [];
  const connection: SshConnection = {
    closed: closed.promise,
    openExec: (command, attach) => {
      commands.push(command);
      const opened = open(command);
      if (opened === undefined) return new Promise(() => undefined);
      const attached = attach(opened.channel);
      opened.onAttached?.();
      return Promise.resolve(attached);
    },
    openShell: () => Promise.reject(new Error('unused')),
    bytesRead: 0,
    close: () => undefined,
  };
  return { connection, commands, lose: () => closed.resolve('Connection reset') };
}

const isKill = (command: string) => command.includes('kill -KILL');

test("a clock of the guest's own measures how long a command may take", async () => {
  const run = fakeChannel();
  const { connection, commands } = fakeConnection(() => run);
  const asked: number[] = [];
  const clock = {
    settlesWithin: async (promise: Promise<unknown>, timeoutMs: number) => {
      asked.push(timeoutMs);
      await promise;
      return true;
    },
  };
  const result = execOverSsh(connection, 'true', { timeoutMs: 1, clock });
  setTimeout(() => run.exit(0), 30);
  expect(await result).toMatchObject({ exitCode: 0, timedOut: false });
  expect([asked, commands.filter(isKill)]).toEqual([[1], []]);
});

test('output is kept by stream and handed on as it comes', async () => {
  const run = fakeChannel();
  const { connection } = fakeConnection(() => run);
  const seen: string[] = [];
  const result = execOverSsh(connection, 'true', {
    onOutput: (chunk, stream) => seen.push(`${stream} ${chunk.toString()}`),
  });
  run.output.push('out');
  run.output.stderr.push('err');
  setTimeout(() => run.exit(3), 10);
  expect(await result).toMatchObject({
    exitCode: 3,
    signal: null,
    stdout: 'out',
    stderr: 'err',
    truncated: false,
    timedOut: false,
  });
  expect(seen).toEqual(['stdout out', 'stderr err']);
});

test('the exit status of a command that ends in the packet that starts it is not lost', async () => {
  const run = fakeChannel();
  const { connection } = fakeConnection(() => ({ ...run, onAttached: () => run.exit(1) }));
  expect(await execOverSsh(connection, 'false')).toMatchObject({ exitCode: 1, signal: null });
});

test('at its deadline a command is killed by the mark in its environment, and keeps what it said', async () => {
  const run = fakeChannel();
  const { commands, connection } = fakeConnection((command) => {
    if (!isKill(command)) return run;
    const kill = fakeChannel();
    setTimeout(() => {
      kill.exit(0);
      run.exit(null, 'SIGKILL');
    }, 10);
    return kill;
  });
  run.output.push('half');
  const result = await execOverSsh(connection, 'sleep 100', { timeoutMs: 30 });
  expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', stdout: 'half', timedOut: true });
  const mark = /PMEMRIG_EXEC=([0-9a-f-]{36})/;
  expect(mark.exec(commands[1] ?? '')?.[1]).toBe(mark.exec(commands[0] ?? '')?.[1]);
});

test('a command that outlives its kill is given up: it may sleep in the kernel', async () => {
  const run = fakeChannel();
  const { connection } = fakeConnection((command) => {
    if (!isKill(command)) return run;
    const kill = fakeChannel();
    setTimeout(() => kill.exit(0), 10);
    return kill;
  });
  expect(await execOverSsh(connection, 'sync', { timeoutMs: 10, waitScale: 0.01 })).toMatchObject({
    exitCode: null,
    signal: null,
    timedOut: true,
  });
});

test('a guest that does not even take the kill is stuck', async () => {
  const { connection } = fakeConnection((command) => (isKill(command) ? undefined : fakeChannel()));
  await expect(execOverSsh(connection, ['sleep', '100'], { timeoutMs: 10, waitScale: 0.01 })).rejects.toThrow(
    ExecStuck,
  );
});

test('a kill that sshd refuses to start has killed nothing', async () => {
  const run = fakeChannel();
  const { connection } = fakeConnection(() => run);
  const refusing: SshConnection = {
    ...connection,
    openExec: (command, attach) =>
      isKill(command)
        ? Promise.reject(new ChannelRefused(new Error('Unable to exec')))
        : connection.openExec(command, attach),
  };
  await expect(execOverSsh(refusing, 'sleep 100', { timeoutMs: 10 })).rejects.toThrow(ChannelRefused);
});

test('a kill that the guest cannot run, for want of processes, has killed nothing', async () => {
  const { connection } = fakeConnection((command) => {
    const channel = fakeChannel();
    if (isKill(command)) setTimeout(() => channel.exit(2), 10);
    return channel;
  });
  await expect(execOverSsh(connection, 'sleep 100', { timeoutMs: 10, waitScale: 0.01 })).rejects.toThrow(ExecStuck);
});

test('a channel that closes with its connection is a loss, not a result', async () => {
  const run = fakeChannel();
  const { connection, lose } = fakeConnection(() => run);
  const result = execOverSsh(connection, 'true');
  setTimeout(() => {
    run.channel.emit('close');
    lose();
  }, 10);
  await expect(result).rejects.toThrow(ConnectionLost);
});

test('input that cannot be read is the error to report, and the command is given up', async () => {
  const run = fakeChannel();
  run.channel.destroy = () => {
    run.channel.emit('close');
    return run.channel;
  };
  const { connection } = fakeConnection(() => run);
  const broken = new Readable({ read: () => undefined });
  setTimeout(() => broken.destroy(new Error('EIO: read')), 10);
  await expect(execOverSsh(connection, 'cat', { stdin: broken })).rejects.toThrow('EIO: read');
});

/** Answers what a contained command is asked for when it has ended: the words of the sweep. */
function contained(swept: string | undefined) {
  const run = fakeChannel();
  const { connection } = fakeConnection((command) => {
    if (!isKill(command)) return run;
    const sweep = fakeChannel();
    setTimeout(() => {
      if (swept !== undefined) sweep.output.push(swept);
      sweep.exit(swept === undefined ? 2 : 0);
      run.channel.emit('close');
    }, 10);
    return sweep;
  });
  return { run, result: execOverSsh(connection, 'true', { contained: true, waitScale: 0.01 }) };
}

test('a contained command ends with its main process, and all that came before the streams ended is whole', async () => {
  const { result, run } = contained('left 7 sleep\nended\n\n');
  run.output.push('before');
  run.channel.emit('exit', 0);
  run.output.push(' and after');
  expect(await result).toMatchObject({
    exitCode: 0,
    stdout: 'before and after',
    timedOut: false,
    leftBehind: ['sleep (process 7) was left running and was killed'],
  });
});

test('a connection that is lost when the guest is asked what is left running takes no exit status with it', async () => {
  const run = fakeChannel();
  const { connection } = fakeConnection(() => run);
  const losing: SshConnection = {
    ...connection,
    openExec: (command, attach) => {
      if (!isKill(command)) return connection.openExec(command, attach);
      run.channel.emit('close');
      return Promise.reject(new ConnectionLost());
    },
  };
  const result = execOverSsh(losing, 'false', { contained: true });
  run.channel.emit('exit', 1);
  expect(await result).toMatchObject({
    exitCode: 1,
    leftBehind: ['the guest could not be asked what it left running'],
  });
});

test.each([
  [
    'a signal that SSH has no name for',
    7,
    'ended\nCommand terminated by signal 7\n\n',
    { exitCode: null, signal: 'SIGBUS' },
  ],
  ['a real-time signal', 36, 'ended\nCommand terminated by signal 36\n\n', { exitCode: null, signal: 'SIGRTMIN+2' }],
  [
    'an exit status that looks like a signal',
    135,
    'ended\nCommand exited with non-zero status 135\n\n',
    { exitCode: 135, signal: null },
  ],
  [
    'a status that may be a signal, as nothing was written down',
    4,
    '',
    { exitCode: 4, signal: null, orSignal: 'SIGILL' },
  ],
  ['a guest that could not be asked', 4, undefined, { exitCode: 4, signal: null, orSignal: 'SIGILL' }],
  ['a status above all signals', 77, undefined, { exitCode: 77, signal: null }],
  ['a command that ran without `time`', 4, 'plain\n', { exitCode: 4, signal: null }],
  ['success, which no signal looks like', 0, '', { exitCode: 0, signal: null }],
] as const)('the end of a contained command: %s', async (_what, status, swept, end) => {
  const { result, run } = contained(swept);
  run.channel.emit('exit', status);
  const { exitCode, signal, orSignal } = await result;
  expect({ exitCode, signal, ...present({ orSignal }) }).toEqual(end);
});
