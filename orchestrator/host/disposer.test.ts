import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Disposer } from './disposer.ts';

const messages = (errors: readonly Error[]): string[] => errors.map(({ message }) => message);

describe('Disposer', () => {
  test('tears down last in, first out, one at a time', async () => {
    const order: string[] = [];
    const disposer = new Disposer();
    for (const name of ['disk', 'qemu', 'ssh']) {
      disposer.defer(name, async () => {
        order.push(`${name} begins`);
        await sleep(1);
        order.push(`${name} ends`);
      });
    }
    expect(await disposer.disposeAll()).toEqual([]);
    expect(order).toEqual(['ssh begins', 'ssh ends', 'qemu begins', 'qemu ends', 'disk begins', 'disk ends']);
  });

  test('a teardown that throws is reported and does not stop the others', async () => {
    const order: string[] = [];
    const disposer = new Disposer();
    disposer.defer('disk', () => void order.push('disk'));
    disposer.defer('qemu', () => {
      throw new Error('no such process');
    });
    expect(messages(await disposer.disposeAll())).toEqual(['teardown of qemu failed: no such process']);
    expect(order).toEqual(['disk']);
  });

  test('a teardown that hangs is left behind after its own budget', async () => {
    const order: string[] = [];
    const disposer = new Disposer();
    disposer.defer('disk', () => void order.push('disk'));
    disposer.defer('guest', () => new Promise(() => {}), { timeoutMs: 5 });
    expect(messages(await disposer.disposeAll())).toEqual(['teardown of guest took longer than 5 ms']);
    expect(order).toEqual(['disk']);
  });

  test('a teardown run early runs once, and its failure goes to the one who asked', async () => {
    let runs = 0;
    const disposer = new Disposer();
    const release = disposer.defer('guest', () => {
      runs += 1;
      throw new Error('busy');
    });
    await expect(release()).rejects.toThrow('teardown of guest failed: busy');
    await release();
    expect(await disposer.disposeAll()).toEqual([]);
    expect(runs).toBe(1);
  });

  test('what is deferred while or after everything ends is torn down too', async () => {
    const order: string[] = [];
    const disposer = new Disposer();
    disposer.defer('run', async () => {
      disposer.defer('born while ending', () => void order.push('born while ending'));
      await sleep(1);
    });
    await disposer.disposeAll();
    disposer.defer('born after the end', () => void order.push('born after the end'));
    await disposer.disposeAll();
    expect(order).toEqual(['born while ending', 'born after the end']);
  });

  test('two callers wait for the same end', async () => {
    let runs = 0;
    const disposer = new Disposer();
    disposer.defer('guest', async () => {
      await sleep(5);
      runs += 1;
    });
    await Promise.all([disposer.disposeAll(), disposer.disposeAll()]);
    expect(runs).toBe(1);
  });
});
