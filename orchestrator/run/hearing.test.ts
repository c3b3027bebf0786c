import { expect, test } from 'vitest';
import { CLOSE_TEST } from '../model/cell.ts';
import { GuestDeath } from '../model/errors.ts';
import { runCell } from './run-cell.ts';
import { fakeCell, fakeWorld } from './testing/fake-world.ts';

const end = (world: ReturnType<typeof fakeWorld>, name: string) => world.events.findLast((event) => event.type === 'test-end' && event.test === name);

async function run(options: Parameters<typeof fakeWorld>[0], tests: readonly string[] = ['a', 'b']) {
  const world = fakeWorld(options);
  await runCell(fakeCell('c', tests), world.slot, world.environment);
  return world;
}

test('a pass whose last mark was not seen on the console is none, and the next test gets a fresh guest', async () => {
  const world = await run({ scripts: {}, hearings: { a: { onConsole: false } } });
  expect(end(world, 'a')).toMatchObject({ status: 'infra', message: expect.stringMatching(/^the rig cannot hear this kernel: /) as string });
  expect(end(world, 'b')).toMatchObject({ status: 'pass' });
  expect(world.boots()).toBe(2);
});

test.each(['fail', 'skip'] as const)('a test that the rig did not hear and that ended as %s', async (status) => {
  const world = await run({ scripts: { a: [{ status, message: 'own words' }] }, hearings: { a: { onConsole: false } } });
  expect(end(world, 'a')).toMatchObject({ status: status === 'fail' ? 'fail' : 'infra', message: expect.stringMatching(/^own words; the rig cannot hear/) as string });
});

test('a problem that only the log buffer had fails its test, although the console was silent', async () => {
  const world = await run({ scripts: {}, hearings: { a: { onConsole: false } }, problems: { a: [{ title: 'EXT4-fs error' }] } });
  expect(end(world, 'a')).toMatchObject({ status: 'fail', message: expect.stringContaining('EXT4-fs error') as string });
});

test('records that were lost on the way to the buffer alone are a remark, on the way to both a doubt', async () => {
  const remark = await run({ scripts: {}, hearings: { a: { lost: 7 } } });
  expect(end(remark, 'a')).toMatchObject({ status: 'pass', message: expect.stringContaining('7 records') as string });
  const doubt = await run({ scripts: {}, hearings: { a: { lost: 7, lostOnConsole: true } } });
  expect(end(doubt, 'a')).toMatchObject({ status: 'infra', message: expect.stringContaining('some of its lines are lost') as string });
});

test('problems that could not be kept might be anything', async () => {
  expect(end(await run({ scripts: {}, hearings: { a: { dropped: 3 } } }), 'a')).toMatchObject({ status: 'infra' });
});

test('a guest that answers nothing after a test is lost, and the test keeps its result', async () => {
  const world = await run({ scripts: { a: [{ status: 'pass' }] }, hearings: { a: new GuestDeath('stall', 'the guest took no line into its kernel log', 'stacks') } });
  expect(end(world, 'a')).toMatchObject({ status: 'pass' });
  expect(world.events).toContainEqual(expect.objectContaining({ type: 'test-end', test: CLOSE_TEST, status: 'hang', message: 'after a: the guest took no line into its kernel log', evidence: 'stacks' }));
  expect(end(world, 'b')).toMatchObject({ status: 'pass' });
  expect(world.boots()).toBe(2);
});

test('a kernel that panics right after a test that passed is the crash of that test', async () => {
  expect(end(await run({ scripts: {}, hearings: { a: new GuestDeath('panic', 'Kernel panic', '') } }), 'a')).toMatchObject({ status: 'crash' });
});

test('a thousand known problems leave room for one that nobody knows, and a note counts what was left out', async () => {
  const known = Array.from({ length: 1000 }, (_, index) => ({ title: `known ${index}`, signature: `known ${index}` }));
  const world = await run({ scripts: {}, known: [{ signature: 'known *', reason: 'old' }], problems: { a: [...known, { title: 'WARNING: new', signature: 'new' }] } });
  expect(end(world, 'a')).toMatchObject({ status: 'fail', message: expect.stringContaining('WARNING: new') as string });
  const problems = world.events.filter((event) => event.type === 'problem');
  expect(problems.length).toBeLessThan(200);
  expect(problems).toContainEqual(expect.objectContaining({ problem: expect.objectContaining({ signature: 'new' }) as unknown }));
  expect(world.events).toContainEqual({ type: 'note', text: expect.stringMatching(/900 more kernel problems were left out/) as string });
});

test('what was only counted is counted in the message', async () => {
  expect(end(await run({ scripts: {}, problems: { a: [{ title: 'WARNING: x', further: 41 }] } }), 'a')).toMatchObject({ message: 'the kernel reported: WARNING: x (42 times)' });
});
