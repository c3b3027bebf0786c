import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { connectQmp, QmpError, type QmpEvent } from './qmp.ts';

// Recorded from QEMU 7.2.
const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian 1:7.2"}, "capabilities": ["oob"]}}\r\n';

interface Request {
  readonly execute: string;
  readonly arguments?: unknown;
  readonly id: number;
}

/** A QEMU that answers from a script: what it returns is written as it stands. */
function scriptQemu(answer: (request: Request) => string | undefined): { stream: Duplex; qemu: Duplex } {
  const [stream, qemu] = duplexPair();
  qemu.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split('\n')) {
      const request = JSON.parse(line) as Request;
      const text = request.execute === 'qmp_capabilities' ? `{"return": {}, "id": ${request.id}}\r\n` : answer(request);
      if (text !== undefined) qemu.write(text);
    }
  });
  qemu.write(GREETING);
  return { stream, qemu };
}

test('answers reach the request with their id, in any order', async () => {
  const held: string[] = [];
  const { stream, qemu } = scriptQemu(({ execute, id }) => {
    held.push(`{"return": "${execute}", "id": ${id}}\r\n`);
    if (held.length === 2) qemu.write(held.toReversed().join(''));
    return undefined;
  });
  const qmp = await connectQmp(stream);
  expect(await Promise.all([qmp.execute('one'), qmp.execute('two')])).toEqual(['one', 'two']);
});

test('arguments are passed, and events between answers go to the listener', async () => {
  const events: QmpEvent[] = [];
  const { stream } = scriptQemu(
    ({ id, arguments: args }) =>
      `{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}\r\n{"return": ${JSON.stringify(args)}, "id": ${id}}\r\n`,
  );
  const qmp = await connectQmp(stream, { onEvent: (event) => events.push(event) });
  expect(await qmp.execute('echo', { a: 1 })).toEqual({ a: 1 });
  expect(events).toEqual([{ event: 'SHUTDOWN', data: { guest: true, reason: 'guest-reset' } }]);
});

test("a refused command rejects with QEMU's own words", async () => {
  const { stream } = scriptQemu(
    ({ id }) =>
      `{"id": ${id}, "error": {"class": "CommandNotFound", "desc": "The command nonsense has not been found"}}\r\n`,
  );
  const qmp = await connectQmp(stream);
  const error: unknown = await qmp.execute('nonsense').catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(QmpError);
  expect(error).toMatchObject({
    message: 'QMP nonsense: The command nonsense has not been found',
    errorClass: 'CommandNotFound',
  });
});

test('when QEMU goes, what waits is rejected and nothing more is sent', async () => {
  const { stream, qemu } = scriptQemu(() => undefined);
  const qmp = await connectQmp(stream);
  const waiting = qmp.execute('query-status');
  qemu.destroy();
  stream.destroy();
  await expect(waiting).rejects.toThrow('QEMU closed its QMP connection');
  await qmp.closed;
  await expect(qmp.execute('query-status')).rejects.toThrow('QEMU closed its QMP connection');
});

test('a silent QEMU is given up at the deadline', async () => {
  const { stream } = scriptQemu(() => undefined);
  const qmp = await connectQmp(stream);
  await expect(qmp.execute('query-status', undefined, { timeoutMs: 20 })).rejects.toThrow(
    'QEMU did not answer QMP query-status in time',
  );
});

test('no greeting, no connection', async () => {
  const [stream] = duplexPair();
  await expect(connectQmp(stream, { timeoutMs: 20 })).rejects.toThrow('with the QMP greeting in time');
});

test('an answer that cannot be read rejects its own request at once, with its words; the others stand', async () => {
  const { stream } = scriptQemu(({ execute, id }) =>
    execute === 'odd' ? `{"error": "no", "id": ${id}}\r\n` : `not JSON\r\n[1]\r\n{"return": 5, "id": ${id}}\r\n`,
  );
  const qmp = await connectQmp(stream);
  const [odd, good] = await Promise.allSettled([qmp.execute('odd'), qmp.execute('good')]);
  expect(odd).toMatchObject({ reason: { message: 'the answer to QMP odd cannot be read: {"error": "no", "id": 2}' } });
  expect(good).toMatchObject({ value: 5 });
});

test('an event counts though what is said of it is odd', async () => {
  const events: QmpEvent[] = [];
  const { stream } = scriptQemu(
    ({ id }) => `{"event": "GUEST_PANICKED", "data": "crash"}\r\n{"return": {}, "id": ${id}}\r\n`,
  );
  await (await connectQmp(stream, { onEvent: (event) => events.push(event) })).execute('any');
  expect(events).toEqual([{ event: 'GUEST_PANICKED', data: {} }]);
});
