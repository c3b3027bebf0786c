import { expect, test } from 'vitest';
import { CLOSE_TEST, PMEM_TEST } from '../../model/cell.ts';
import { GuestDeath } from '../../model/errors.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';

const end = (world: ReturnType<typeof fakeWorld>, name: string) =>
  world.events.findLast((event) => event.type === 'test-end' && event.test === name);

async function run(options: Parameters<typeof fakeWorld>[0], tests: readonly string[] = ['a', 'b']) {
  const world = fakeWorld(options);
  await world.runCell(fakeCell('c', tests));
  return world;
}

test('a pass whose last mark was not seen on the console is none, and the next test gets a fresh guest', async () => {
  const world = await run({ scripts: {}, hearings: { a: { onConsole: false } } });
  expect(end(world, 'a')).toMatchObject({
    status: 'infra',
    message: expect.stringMatching(/^the rig cannot hear this kernel: /) as string,
  });
  expect(end(world, 'b')).toMatchObject({ status: 'pass' });
  expect(world.boots()).toBe(2);
});

test.each(['fail', 'skip'] as const)('a test that the rig did not hear and that ended as %s', async (status) => {
  const world = await run({
    scripts: { a: [{ status, message: 'own words' }] },
    hearings: { a: { onConsole: false } },
  });
  expect(end(world, 'a')).toMatchObject({
    status: status === 'fail' ? 'fail' : 'infra',
    message: expect.stringMatching(/^own words; the rig cannot hear/) as string,
  });
});

test('a problem that only the log buffer had fails its test, although the console was silent', async () => {
  const world = await run({
    scripts: {},
    hearings: { a: { onConsole: false } },
    problems: { a: [{ title: 'EXT4-fs error' }] },
  });
  expect(end(world, 'a')).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('EXT4-fs error') as string,
  });
});

test('records that were lost on the way to the buffer alone are a remark, on the way to both a doubt', async () => {
  const remark = await run({ scripts: {}, hearings: { a: { lost: 7 } } });
  expect(end(remark, 'a')).toMatchObject({ status: 'pass', message: expect.stringContaining('7 records') as string });
  const doubt = await run({ scripts: {}, hearings: { a: { lost: 7, lostOnConsole: true } } });
  expect(end(doubt, 'a')).toMatchObject({
    status: 'infra',
    message: expect.stringContaining('some of its lines are lost') as string,
  });
});

test('problems that could not be kept might be anything', async () => {
  expect(end(await run({ scripts: {}, hearings: { a: { dropped: 3 } } }), 'a')).toMatchObject({ status: 'infra' });
});

const STALL = new GuestDeath('stall', 'the guest took no line into its kernel log', 'stacks');

test.each([
  ['pass', 'infra'],
  ['skip', 'infra'],
  ['fail', 'fail'],
] as const)(
  'a guest that answers nothing after a test is lost, and the test, which ended as %s, is %s',
  async (status, outcome) => {
    const world = await run({ scripts: { a: [{ status }] }, hearings: { a: STALL } });
    expect(end(world, 'a')).toMatchObject({
      status: outcome,
      message: 'the rig could not hear its kernel to the end: the guest took no line into its kernel log',
    });
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'test-end',
        test: CLOSE_TEST,
        status: 'hang',
        message: 'after a: the guest took no line into its kernel log',
        evidence: 'stacks',
      }),
    );
    expect(end(world, 'b')).toMatchObject({ status: 'pass' });
    expect(world.boots()).toBe(2);
  },
);

test('a problem fails its test also where the guest stalls after it', async () => {
  const world = await run({ scripts: {}, hearings: { a: STALL }, problems: { a: [{ title: 'BUG: x' }] } });
  expect(end(world, 'a')).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/^the kernel reported: BUG: x; the rig could not hear/) as string,
  });
  expect(end(world, CLOSE_TEST)).toMatchObject({ status: 'pass' });
});

test('a guest that answers nothing after the clean-up is the hang of guest/close', async () => {
  const world = await run({ scripts: {}, hearings: { [CLOSE_TEST]: STALL } });
  expect(end(world, 'b')).toMatchObject({ status: 'pass' });
  expect(end(world, CLOSE_TEST)).toMatchObject({
    status: 'hang',
    message: 'the guest took no line into its kernel log',
    evidence: 'stacks',
  });
});

test('a guest that answers nothing after its pmem was set up is the hang of guest/pmem', async () => {
  const world = await run({ scripts: {}, hearings: { [PMEM_TEST]: STALL } });
  expect(end(world, PMEM_TEST)).toMatchObject({
    status: 'hang',
    message: 'the guest took no line into its kernel log',
    evidence: 'stacks',
  });
});

test.each([
  [{ dropped: 3 }, 'the kernel reported so many different problems that 3 could not be kept'],
  [{ lost: 7, lostOnConsole: true }, 'the kernel printed faster than it could be read: some of its lines are lost'],
])('what was lost between two tests, %j, is a doubt of guest/close and of no test', async (hearing, message) => {
  const world = await run({ scripts: {}, hearingsBefore: { a: hearing } });
  expect(end(world, 'a')).toMatchObject({ status: 'pass' });
  expect(end(world, CLOSE_TEST)).toMatchObject({ status: 'infra', message });
});

test('what the boot reports after the rig listened to it fails guest/pmem, and the guest is used', async () => {
  const world = await run({ scripts: {}, problems: { [PMEM_TEST]: [{ title: 'WARNING: late', marker: 'ready' }] } });
  expect(end(world, PMEM_TEST)).toMatchObject({ status: 'fail', message: 'the kernel reported: WARNING: late' });
  expect(end(world, 'a')).toMatchObject({ status: 'pass' });
});

test('a kernel that panics right after a test that passed is the crash of that test', async () => {
  expect(
    end(await run({ scripts: {}, hearings: { a: new GuestDeath('panic', 'Kernel panic', '') } }), 'a'),
  ).toMatchObject({ status: 'crash' });
});

test('a thousand known problems leave room for one that nobody knows, and a note counts what was left out', async () => {
  const known = Array.from({ length: 1000 }, (_, index) => ({ title: `known ${index}`, signature: `known ${index}` }));
  const world = await run({
    scripts: {},
    known: [{ signature: 'known *', reason: 'old' }],
    problems: { a: [...known, { title: 'WARNING: new', signature: 'new' }] },
  });
  expect(end(world, 'a')).toMatchObject({ status: 'fail', message: expect.stringContaining('WARNING: new') as string });
  const problems = world.events.filter((event) => event.type === 'problem');
  expect(problems.length).toBeLessThan(200);
  expect(problems).toContainEqual(
    expect.objectContaining({ problem: expect.objectContaining({ signature: 'new' }) as unknown }),
  );
  expect(world.events).toContainEqual({
    type: 'note',
    text: expect.stringMatching(/900 more kernel problems were left out/) as string,
  });
});

test('what was only counted is counted in the message', async () => {
  expect(end(await run({ scripts: {}, problems: { a: [{ title: 'WARNING: x', further: 41 }] } }), 'a')).toMatchObject({
    message: 'the kernel reported: WARNING: x (42 times)',
  });
});
