import { setImmediate as tick } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Admission, type Capacity } from './admission.ts';

const GiB = 2 ** 30;

/** Acquires under a name; `admitted` says who holds, in order of admission. */
function watch(admission: Admission) {
  const admitted: string[] = [];
  const releases = new Map<string, () => void>();
  const ask = async (name: string, capacity: Capacity, signal?: AbortSignal): Promise<void> => {
    const release = await admission.acquire(capacity, signal);
    admitted.push(name);
    releases.set(name, release);
  };
  return { admitted, releases, ask };
}

describe('Admission', () => {
  test('admits as many as fit, and the next when one leaves', async () => {
    const { admitted, releases, ask } = watch(new Admission({ memoryBytes: 4 * GiB, cores: 4 }));
    for (const name of ['a', 'b', 'c']) void ask(name, { memoryBytes: 2 * GiB, cores: 1 });
    await tick();
    expect(admitted).toEqual(['a', 'b']);
    releases.get('b')?.();
    await tick();
    expect(admitted).toEqual(['a', 'b', 'c']);
  });

  test('cores bound it as memory does', async () => {
    const { admitted, ask } = watch(new Admission({ memoryBytes: 64 * GiB, cores: 2 }));
    for (const name of ['a', 'b']) void ask(name, { memoryBytes: GiB, cores: 2 });
    await tick();
    expect(admitted).toEqual(['a']);
  });

  test('a small guest does not overtake a large one that waits', async () => {
    const { admitted, releases, ask } = watch(new Admission({ memoryBytes: 4 * GiB, cores: 4 }));
    for (const [name, size] of Object.entries({ small: 1, large: 4, late: 1 }))
      void ask(name, { memoryBytes: size * GiB, cores: 1 });
    await tick();
    expect(admitted).toEqual(['small']);
    releases.get('small')?.();
    await tick();
    expect(admitted).toEqual(['small', 'large']);
  });

  test('more cores than the host has means all of them', async () => {
    const { admitted, ask } = watch(new Admission({ memoryBytes: 4 * GiB, cores: 1.5 }));
    await ask('wide', { memoryBytes: GiB, cores: 8 });
    expect(admitted).toEqual(['wide']);
  });

  test('more memory than the host has is refused at once, with the figures', async () => {
    const admission = new Admission({ memoryBytes: 4 * GiB, cores: 4 });
    await expect(admission.acquire({ memoryBytes: 4.5 * GiB, cores: 1 })).rejects.toMatchObject({
      name: 'InfraError',
      code: 'no-memory',
      message: 'a guest needs 4.5 GiB of memory and this host can give 4 GiB',
    });
  });

  test('one that gives up waiting lets those behind it through', async () => {
    const { admitted, ask } = watch(new Admission({ memoryBytes: 4 * GiB, cores: 4 }));
    const giveUp = new AbortController();
    void ask('first', { memoryBytes: 2 * GiB, cores: 1 });
    const large = ask('large', { memoryBytes: 4 * GiB, cores: 1 }, giveUp.signal);
    void ask('small', { memoryBytes: 2 * GiB, cores: 1 });
    giveUp.abort(new Error('interrupted'));
    await expect(large).rejects.toThrow('interrupted');
    await tick();
    expect(admitted).toEqual(['first', 'small']);
  });

  test('giving back twice frees nothing twice', async () => {
    const { admitted, releases, ask } = watch(new Admission({ memoryBytes: 2 * GiB, cores: 2 }));
    await ask('a', { memoryBytes: GiB, cores: 1 });
    await ask('b', { memoryBytes: GiB, cores: 1 });
    for (const name of ['c', 'd']) void ask(name, { memoryBytes: GiB, cores: 1 });
    releases.get('a')?.();
    releases.get('a')?.();
    await tick();
    expect(admitted).toEqual(['a', 'b', 'c']);
  });

  test('whatever is asked, all get in, in order, and never more than fits', async () => {
    const request = fc.record({ memoryBytes: fc.integer({ min: 0, max: 8 }), cores: fc.integer({ min: 1, max: 6 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 20 }), async (requests) => {
        const admission = new Admission({ memoryBytes: 8, cores: 4 });
        const order: number[] = [];
        let held = 0;
        await Promise.all(
          requests.map(async (wanted, index) => {
            const release = await admission.acquire(wanted);
            order.push(index);
            held += wanted.memoryBytes;
            expect(held).toBeLessThanOrEqual(8);
            await tick();
            held -= wanted.memoryBytes;
            release();
          }),
        );
        expect(order).toEqual(requests.map((_, index) => index));
      }),
      { numRuns: 50 },
    );
  });
});
