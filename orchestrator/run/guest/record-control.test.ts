import { expect, test } from 'vitest';
import { GUEST_CONTROLS, type RunEvent } from '../../model/event.ts';
import type { HostControl } from '../../model/host-control.ts';
import { fakeHost } from '../testing/fake-host.ts';
import { recordControl } from './record-control.ts';

/** Switches that say what was done, in the order of things. */
const switches = (order: string[]): HostControl =>
  fakeHost({
    act: async () => void order.push('acted'),
    boot: async () => ({ problems: ['device 1: no region appeared'] }),
  });

test('each switch is an event, written before it acts, and gives what the switch gives', async () => {
  const order: string[] = [];
  const events: RunEvent[] = [];
  const emit = (event: RunEvent) => {
    order.push(event.type);
    events.push(event);
  };
  const host = recordControl(switches(order), { guest: 3, emit });
  await host.kill();
  expect(await host.powerOn()).toEqual({ problems: ['device 1: no region appeared'] });
  for (const use of ['powerCycle', 'reset', 'pause', 'resume'] as const) await host[use]();
  const plugged = await host.plug({ kind: 'virtio-pmem', sizeBytes: 4096 });
  expect(plugged).toEqual({ id: 'plug0', kind: 'virtio-pmem', sizeBytes: 4096 });
  await host.unplug(plugged);
  const watch = await host.faults.attach({ devices: [0, 2], error: 'EIO', nth: 2 });
  expect(await watch.detach()).toEqual([]);
  await watch[Symbol.asyncDispose]();
  expect(await host.keepDurable(1)).toMatchObject({ flushes: 0 });
  await host.losePower();
  expect(await host.followBoot(async () => undefined)).toMatchObject({ problems: [expect.anything()] });
  expect(events).toEqual(
    GUEST_CONTROLS.map((action) => ({
      type: 'guest-control',
      guest: 3,
      action,
      ...(action === 'keep-durable' && { detail: 'device 1' }),
      ...(action === 'attach-fault' && { detail: 'devices 0, 2: EIO of flush 2' }),
    })),
  );
  expect(order.slice(0, 4)).toEqual(['guest-control', 'acted', 'guest-control', 'acted']);
});

const bootAgain = async () => ({ problems: [], retried: ['QEMU was killed by SIGSEGV'] });

test('a boot that was tried again is a note', async () => {
  const events: RunEvent[] = [];
  const host = recordControl(fakeHost({ act: async () => undefined, boot: bootAgain }), {
    guest: 3,
    emit: (event) => events.push(event),
  });
  await host.powerOn();
  expect(events.at(-1)).toEqual({ type: 'note', text: 'guest 3 was booted again: QEMU was killed by SIGSEGV' });
});

test('a switch that fails has been an event', async () => {
  const events: RunEvent[] = [];
  const broken = { ...switches([]), kill: () => Promise.reject(new Error('QEMU is gone')) };
  const host = recordControl(broken, { guest: 1, emit: (event) => events.push(event) });
  await expect(host.kill()).rejects.toThrow('QEMU is gone');
  expect(events).toEqual([{ type: 'guest-control', guest: 1, action: 'kill' }]);
});
