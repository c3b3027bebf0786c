import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { loadState, saveState } from './saved-state.ts';

const STATE = Buffer.alloc(300_000, 'QEVM');

/** A QEMU that sends a state, or takes one; `outcome` is what it says of that. */
function fakeQemu(outcome: Readonly<Record<string, string>> = { status: 'completed' }) {
  const said: string[] = [];
  const taken: Buffer[] = [];
  let path = '';
  let done = false;
  const execute = async (command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
    said.push(command);
    // It is always one of ours: unix:PATH.
    path = typeof args['uri'] === 'string' ? args['uri'].slice('unix:'.length) : path;
    if (command === 'migrate') connect(path).end(STATE, () => (done = true));
    if (command === 'migrate-incoming') {
      const server = createServer((socket) => {
        socket.on('data', (chunk) => taken.push(chunk));
        socket.on('end', () => {
          done = true;
          server.close();
        });
      });
      server.listen(path);
      await once(server, 'listening');
    }
    if (command === 'query-migrate') return done ? outcome : {};
    return {};
  };
  return { said, taken, path: () => path, qmp: { execute, closed: Promise.resolve() } };
}

test('the state is asked for without the RAM, and is whole', async () => {
  const { path, qmp, said } = fakeQemu();
  expect((await saveState(qmp)).equals(STATE)).toBe(true);
  expect(said.slice(0, 2)).toEqual(['migrate-set-capabilities', 'migrate']);
  expect(existsSync(dirname(path()))).toBe(false);
});

test('a QEMU gets all of the state', async () => {
  const { path, qmp, said, taken } = fakeQemu();
  await loadState(qmp, STATE);
  expect(Buffer.concat(taken).equals(STATE)).toBe(true);
  expect(said.slice(0, 2)).toEqual(['migrate-set-capabilities', 'migrate-incoming']);
  expect(existsSync(dirname(path()))).toBe(false);
});

test('what QEMU says of a failure is the reason', async () => {
  const { qmp } = fakeQemu({ status: 'failed', 'error-desc': 'No space left' });
  await expect(loadState(qmp, STATE)).rejects.toThrow(/failed: No space left$/);
});
