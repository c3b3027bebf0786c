import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GuestDeath, InfraError } from '../../model/errors.ts';
import type { Guest } from '../../model/guest.ts';
import type { HostControl } from '../../model/host-control.ts';
import { DeviceRefused } from '../../model/hot-plug.ts';
import { createFakeGuest, type FakeGuest } from '../testing/fake-guest.ts';
import { FSDAX } from '../testing/suite-context.ts';
import { runScenario, type ScenarioRun } from './run-scenario.ts';

const FLUSH = { device: 0, beganAtMs: 1, endedAtMs: 2, result: 'EIO', injected: true };

/** A machine that obeys its switches, and notes it. */
function fakeHost(acts: string[] = [], over: Partial<HostControl> = {}): HostControl {
  const act = (what: string) => async () => void acts.push(what);
  const boot = (what: string) => async () => (acts.push(what), { problems: [] });
  return {
    kill: act('kill'),
    powerOn: boot('power on'),
    powerCycle: boot('power cycle'),
    reset: boot('reset'),
    followBoot: boot('follow boot'),
    bootFiles: { kernel: '/k/vmlinuz', initramfs: '/k/initramfs' },
    pause: act('pause'),
    resume: act('resume'),
    plug: async ({ kind, sizeBytes }) => (acts.push(`plug ${sizeBytes}`), { id: 'plug0', kind, sizeBytes }),
    unplug: async () => {
      throw new DeviceRefused('QEMU does not unplug it: no');
    },
    keepDurable: async (device) => ({
      flushes: (acts.push(`keep ${device}`), 7),
      [Symbol.asyncDispose]: async () => void acts.push('end'),
    }),
    losePower: act('lose power'),
    faults: {
      refusal: undefined,
      attach: async ({ devices, delayMs }) => {
        acts.push(`attach ${devices.join()} ${String(delayMs)}`);
        const detach = async () => (acts.push('detach'), [FLUSH]);
        return { detach, flushes: async () => [], [Symbol.asyncDispose]: async () => void (await detach()) };
      },
    },
    ...over,
  };
}

function noCut(): void {}

/** Runs a scenario on a fake guest. */
async function run(source: string, options: Partial<ScenarioRun> & { readonly guest?: Guest } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'scenario-'));
  const file = join(dir, 'x.scenario.mjs');
  writeFileSync(file, source);
  let output = '';
  const ended = await runScenario({
    file,
    args: [],
    guest: createFakeGuest({ devices: [FSDAX] }),
    host: fakeHost(),
    hello: { devices: [FSDAX], kernelRelease: '6.1', cell: 'c', filesystem: {} },
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', SHOWN: 'yes', SHLVL: '1' },
    timeoutMs: 60_000,
    onOutput: (chunk) => (output += chunk.toString()),
    onAllowedProblem: () => undefined,
    ...options,
  });
  return { ...ended, output };
}

const isRunning = (mark: string): boolean => execFileSync('ps', ['-eo', 'args']).toString().includes(mark);

test('commands run in the guest with the quoting and the errors of zx, host commands on the host', async () => {
  const guest: FakeGuest = createFakeGuest({
    devices: [FSDAX],
    answers: { fails: { exitCode: 32, stderr: 'mount: no\n' }, uname: { stdout: '6.1\n' } },
  });
  const { result, threw } = await run(
    `const out = await guest.$\`uname \${['-r', 'a b']} > \${'it\\'s'}\`;
     console.log('out', out.stdout.trim(), await guest.$\`uname\`.text());
     console.log('status', (await guest.$\`fails\`.nothrow()).exitCode, await guest.$\`fails\`.exitCode);
     const caught = await guest.$\`fails\`.catch((error) => error);
     console.log('caught', caught instanceof ProcessOutput, caught.exitCode, caught.stderr.trim());
     console.log('host', (await $\`echo $SHOWN\`).stdout.trim(), guest.devices[0].path, process.env.SHOWN);
     await guest.$({ cwd: '/tmp', input: 'x', timeout: '5s', env: { A: 'b' } })\`cat\`;
     await guest.$\`fails\`;`,
    { guest },
  );
  expect(result.stdout.split('\n').slice(0, 4)).toEqual([
    'out 6.1 6.1',
    '',
    'status 32 32',
    'caught true 32 mount: no',
  ]);
  expect(result.stdout).toContain('host yes /dev/pmem0 yes');
  expect(guest.calls[0]).toBe("bash -c set -euo pipefail; uname -r $'a b' > $'it\\'s'");
  expect(guest.optionsOf('cat')).toMatchObject({ cwd: '/tmp', stdin: 'x', timeoutMs: 5000, env: { A: 'b' } });
  expect(result.exitCode).toBe(1);
  expect(threw).toContain('mount: no');
  expect(result.stderr).toContain('x.scenario.mjs:8');
});

test('a scenario has its arguments, its file and what lies beside it', async () => {
  const { result } = await run(
    `console.log(argv._[0], argv.percent, process.argv.slice(2).join(' '), import.meta.url === "file://" + process.argv[1]);
     fs.writeFileSync(path.dirname(process.argv[1]) + '/beside.mjs', 'export default 7');
     console.log((await import('./beside.mjs')).default);`,
    { args: ['a b', '--percent', '90'] },
  );
  expect(result.stdout).toBe('a b 90 a b --percent 90 true\n7\n');
});

test('the machine does what is asked of it, one thing after the other, and is on at the end', async () => {
  const acts: string[] = [];
  const { result, output } = await run(
    `await Promise.all([guest.pause(), guest.resume(), guest.reboot()]);
     await guest.powerCycle();
     const { id } = await guest.plug({ kind: 'virtio-blk', size: '64M' });
     const refused = await guest.unplug({ id, kind: 'virtio-blk', sizeBytes: 1 }).catch((error) => error);
     console.log(refused.name, refused.code, refused.message);
     await guest.kill();`,
    { host: fakeHost(acts) },
  );
  expect(result).toMatchObject({
    exitCode: 0,
    stdout: 'GuestError device-refused QEMU does not unplug it: no\n',
    leftBehind: [],
  });
  expect(acts).toEqual(['pause', 'resume', 'reset', 'power cycle', `plug ${64 * 2 ** 20}`, 'kill', 'power on']);
  expect(output).toContain('[guest: power-cycle]\n');
});

test('what a power loss of the host leaves is kept, and the machine boots on it', async () => {
  const acts: string[] = [];
  const { result } = await run(
    `const image = await guest.keepDurable(0);
     console.log(await image.flushes());
     await guest.losePower();`,
    { host: fakeHost(acts) },
  );
  expect(result).toMatchObject({ exitCode: 0, stdout: '7\n' });
  expect(acts).toEqual(['keep 0', 'lose power', 'end', 'power on']);
});

test('flushes of the host are watched, and let go at the end', async () => {
  const acts: string[] = [];
  const { result } = await run(
    `const watch = await guest.faults.attach({ devices: [0], delay: '2s' });
     console.log(guest.faults.refusal, (await watch.flushes()).length, (await watch.detach())[0].result);
     await guest.faults.attach({ devices: [1], error: 'EIO', nth: 3 });`,
    { host: fakeHost(acts) },
  );
  expect(result).toMatchObject({ exitCode: 0, stdout: 'undefined 0 EIO\n' });
  expect(acts).toEqual(['attach 0 2000', 'detach', 'attach 1 undefined', 'detach', 'detach']);
});

test.each([
  [
    'a misspelt option',
    "guest.faults.attach({ devices: [0], eror: 'EIO' })",
    'guest.faults.attach has no option "eror": devices, error, nth, delay',
  ],
  [
    'an option of a command that is none',
    "Promise.resolve().then(() => guest.$({ timeOut: '1s' }))",
    /^guest\.\$ has no option "timeOut"/,
  ],
  ['a value that cannot be', "guest.faults.attach({ devices: 0, error: 'ENOTTY' })", /^attach-fault: fault\.error: /],
  [
    'a flush before the first',
    "guest.faults.attach({ devices: [0], error: 'EIO', nth: 0 })",
    /^attach-fault: fault\.nth: /,
  ],
  ['a device that is none', 'guest.faults.attach({ devices: [7] })', 'the topology has no device 7'],
])('%s is an error that the scenario can catch, with its line', async (_what, call, message) => {
  const host = fakeHost();
  const faults = {
    ...host.faults,
    attach: async () => Promise.reject(new InfraError('the topology has no device 7', { code: 'fault-refused' })),
  };
  const { result, killedFor } = await run(
    `const error = await ${call}.catch((caught) => caught);
     console.log(JSON.stringify([error.message, error.stack]));`,
    { host: { ...host, faults } },
  );
  expect([killedFor, result.exitCode]).toEqual([undefined, 0]);
  const [said, stack] = JSON.parse(result.stdout) as [string, string];
  expect(said).toMatch(message);
  expect(stack).toContain('x.scenario.mjs:1');
});

test('a command that the scenario’s own power cut ends need not be looked at', async () => {
  let cut: (error: Error) => void = noCut;
  const guest: Guest = {
    ...createFakeGuest({ devices: [] }),
    exec: async (_command, { onOutput } = {}) =>
      new Promise((_resolve, reject) => {
        onOutput?.(Buffer.from('41\n42\n'), 'stdout');
        cut = reject;
      }),
  };
  const host = fakeHost([], { kill: async () => cut(new InfraError('switched off', { code: 'guest-off' })) });
  const source = `const fio = guest.$\`fio\`; await sleep(50); await guest.kill();`;
  expect((await run(source, { guest, host })).result.exitCode).toBe(0);
  const awaited = await run(`${source} await fio.catch((error) => console.log(error.code));`, { guest, host });
  expect(awaited.result).toMatchObject({ exitCode: 0, stdout: 'guest-off\n' });
  const nothrow = await run(
    `const fio = guest.$\`fio\`.nothrow(); await sleep(50); await guest.kill();
     console.log((await fio).exitCode, (await fio).lines().at(-1));`,
    { guest, host },
  );
  expect(nothrow.result).toMatchObject({ exitCode: 0, stdout: 'null 42\n' });
});

test('devices that are lost after a boot are an error, unless the scenario wants to see for itself', async () => {
  const host = fakeHost([], { powerCycle: async () => ({ problems: ['device 1: no region appeared'] }) });
  const { threw } = await run('await guest.powerCycle()', { host });
  expect(threw).toBe('device 1: no region appeared');
  const { result } = await run('console.log((await guest.powerCycle({ nothrow: true })).problems[0])', { host });
  expect(result).toMatchObject({ exitCode: 0, stdout: 'device 1: no region appeared\n' });
});

test('a guest that dies ends the scenario, and an error of the rig is not the scenario’s', async () => {
  const death = new GuestDeath('panic', 'Kernel panic', '');
  for (const error of [death, new InfraError('QEMU did not take it', { code: 'qemu-control' })]) {
    const host = fakeHost([], { reset: () => Promise.reject(error) });
    await expect(run('await guest.reboot().catch(() => sleep(60_000))', { host })).rejects.toBe(error);
  }
});

test.each(['name space', 'process group'])('what a scenario leaves running is killed and named (%s)', async (by) => {
  const mark = `31${process.pid}${by.length}`;
  const { result } = await run(
    `const { spawn } = await import('node:child_process');
     const options = { detached: true, stdio: 'ignore' };
     spawn('sh', ['-c', "trap '' TERM HUP; sleep ${mark}; sleep ${mark}"], options).unref();
     spawn('setsid', ['sleep', '${mark}'], ${by === 'name space' ? '{ ...options, env: {} }' : 'options'}).unref();
     await sleep(300);`,
    by === 'name space' ? {} : { findNameSpace: async () => undefined },
  );
  expect(result.exitCode).toBe(0);
  expect(result.leftBehind).toEqual(expect.arrayContaining([expect.stringMatching(/^sleep \(process \d+\)$/)]));
  expect(isRunning(`sleep ${mark}`)).toBe(false);
});

test('a scenario that hangs is killed with its children at its timeout', async () => {
  const mark = `32${process.pid}`;
  const { result, runningCommand } = await run(
    `$\`sleep ${mark}\`.nothrow().catch(() => 0); process.on('SIGTERM', () => 0); for (;;);`,
    { timeoutMs: 4000 },
  );
  expect(result).toMatchObject({ timedOut: true });
  expect(runningCommand).toBeUndefined();
  expect(isRunning(`sleep ${mark}`)).toBe(false);
});

test('a command of the guest that runs when the time is over is named', async () => {
  const guest: Guest = { ...createFakeGuest({ devices: [] }), exec: () => new Promise(() => undefined) };
  const { runningCommand } = await run('await guest.$`sync`', { guest, timeoutMs: 5000 });
  expect(runningCommand).toBe('guest $ sync');
});

test.each([
  ['prints without end', "for (;;) console.log('x'.repeat(65536))", 'it printed more than 64 MiB'],
  [
    'has children without number',
    "const { spawn } = await import('node:child_process'); for (let n = 0; n < 600; n += 1) spawn('sleep', ['60']); await sleep(60_000);",
    'it had more than 512 processes',
  ],
  [
    'writes nonsense to its channel',
    "fs.writeSync(3, 'x\\n'); await sleep(60_000);",
    'what it wrote to its channel cannot be read: it is no JSON',
  ],
  [
    'asks for what cannot be without end',
    "for (;;) await guest.unplug('x').catch(() => 0);",
    'what it wrote to its channel cannot be read: 1000 requests before it were refused',
  ],
])('a scenario that %s is killed', async (_what, source, reason) => {
  const { killedFor } = await run(source);
  expect(killedFor).toBe(reason);
});

test('a scenario ends when the rig no longer waits for it', async () => {
  const over = new AbortController();
  const started = run('await sleep(60_000)', { over: over.signal });
  over.abort();
  expect((await started).result.exitCode).not.toBe(0);
});
