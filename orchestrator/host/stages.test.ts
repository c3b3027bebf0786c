import { beforeEach, expect, test } from 'vitest';
import { type Stage, Stages } from './stages.ts';

let steps: string[];
beforeEach(() => {
  steps = [];
});

const take =
  <Adds extends object>(name: string, adds: Adds): Stage<object, Adds> =>
  (_, onRelease) => {
    steps.push(name);
    onRelease(() => void steps.push(`${name} released`));
    return adds;
  };

const fail =
  (error: Error): Stage<object, object> =>
  () => {
    throw error;
  };

test('each stage gets what those before it added, and all is released in reverse order', async () => {
  const way = Stages.from<{ readonly kernel: string }>()
    .next(take('qemu', { version: 7 }))
    .next(take('guest', { id: 1 }))
    .next(({ kernel, version, id }) => void steps.push(`${kernel} on QEMU ${version} in guest ${id}`));
  expect(await way.run({ kernel: 'debian-6.1' })).toEqual({ kernel: 'debian-6.1', version: 7, id: 1 });
  expect(steps).toEqual(['qemu', 'guest', 'debian-6.1 on QEMU 7 in guest 1', 'guest released', 'qemu released']);
});

test('a failure ends the way, releases what was taken, and is the error to reject with', async () => {
  const refused = new Error('no memory');
  const way = Stages.from<object>()
    .next(take('qemu', {}))
    .next((_, onRelease) =>
      onRelease(() => {
        throw new Error('the release failed, too');
      }),
    )
    .next(fail(refused))
    .next(take('guest', {}));
  await expect(way.run({})).rejects.toBe(refused);
  expect(steps).toEqual(['qemu', 'qemu released']);
});

test('a release that fails keeps no other from its own, and is an error where there was none', async () => {
  const stuck = new Error('busy');
  const way = Stages.from<object>()
    .next(take('qemu', {}))
    .next((_, onRelease) => onRelease(() => Promise.reject(stuck)));
  await expect(way.run({})).rejects.toBe(stuck);
  expect(steps).toEqual(['qemu', 'qemu released']);
});

test('what a stage takes before it fails is released, too', async () => {
  const half = new Error('half made');
  const way = Stages.from<object>().next((_, onRelease) => {
    onRelease(() => void steps.push('released'));
    throw half;
  });
  await expect(way.run({})).rejects.toBe(half);
  expect(steps).toEqual(['released']);
});

test('who asks hears of each step that has ended, by its name', async () => {
  const ended: string[] = [];
  const way = Stages.from<object>()
    .next(function findQemu() {
      expect(ended).toEqual([]);
    })
    .next(function checkHost() {
      throw new Error('no memory');
    });
  await expect(way.run({}, (stage) => void ended.push(stage))).rejects.toThrow('no memory');
  expect(ended).toEqual(['findQemu']);
});
