import { expect, test } from 'vitest';
import { resetMachine } from './reset-machine.ts';
import type { QmpEvent } from './qmp.ts';

/** A QEMU that keeps what it is asked, and says RESET unless it is `deaf`. */
function fakeQemu({ deaf = false } = {}) {
  const said: string[] = [];
  let ears: QmpEvent[] = [];
  const execute = async (command: string, args?: Readonly<Record<string, unknown>>) => {
    said.push([command, ...Object.values(args ?? {})].join(' '));
    if (deaf) throw new Error('QEMU closed its QMP connection');
    if (command === 'system_reset') ears.push({ event: 'RESET', data: { guest: false } });
  };
  let firstLine: (() => void) | undefined;
  const listenAnew = (onFirstLine: () => void) => {
    said.push('(new ears)');
    ears = [];
    firstLine = onFirstLine;
  };
  return {
    said,
    print: () => firstLine?.(),
    qmp: { execute, closed: Promise.resolve() },
    hearing: { listenAnew, events: () => ears },
  };
}

test('a machine is reset while it stands; once its kernel prints, a reset ends QEMU as before', async () => {
  const { hearing, print, qmp, said } = fakeQemu();
  await resetMachine({ qmp }, hearing);
  expect(said.splice(0)).toEqual(['stop', '(new ears)', 'set-action reset', 'system_reset', 'cont']);
  print();
  expect(said).toEqual(['set-action shutdown']);
});

test("a QEMU that does not do it is the host's fault", async () => {
  const { hearing, qmp } = fakeQemu({ deaf: true });
  await expect(resetMachine({ qmp }, hearing)).rejects.toMatchObject({
    name: 'InfraError',
    code: 'qemu-control',
    message: 'QEMU did not reset the machine: QEMU closed its QMP connection',
  });
});
