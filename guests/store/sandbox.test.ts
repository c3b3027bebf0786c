import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { findSandbox, runBehind, toolFolders, trySandboxed } from './sandbox.ts';
import { tryTool } from './run-tool.ts';

const WALLS = ['bwrap', 'unshare'] as const;
const HOST_CAN = {
  bwrap: ['bwrap', '--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', 'true'],
  unshare: [
    'unshare',
    ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
    '--mount',
    '--net',
    '--pid',
    '--ipc',
    '--uts',
    '--fork',
    '--',
    'mount',
    '-t',
    'proc',
    'proc',
    '/proc',
  ],
} as const;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'a sandbox, '));
  onTestFinished(() => rm(dir, { recursive: true }));
  await Promise.all(['work', 'read', 'home'].map((name) => mkdir(join(dir, name))));
  await writeFile(join(dir, 'home', 'secret'), 'secret');
  await writeFile(join(dir, 'read', 'given'), 'given');
});

const runIn = (wall: (typeof WALLS)[number]) => async (script: string) =>
  runBehind(
    wall,
    ['sh', '-c', script],
    { writable: [join(dir, 'work')], readable: [join(dir, 'read')] },
    { cwd: join(dir, 'work') },
  );

for (const wall of WALLS) {
  // Asked of the host, not of the sandbox: one that never works must fail.
  const works = await tryTool(HOST_CAN[wall]).then(
    ({ ok }) => ok,
    () => false,
  );
  describe.runIf(works)(wall, () => {
    const run = runIn(wall);

    test('the folder that is named is written to, all else that is written is gone with it', async () => {
      expect(await run(`echo made > made; pwd; echo x > /tmp/x; cat '${join(dir, 'read', 'given')}'`)).toMatchObject({
        ok: true,
        output: `${join(dir, 'work')}\ngiven`,
      });
      expect(await readFile(join(dir, 'work', 'made'), 'utf8')).toBe('made\n');
    });

    test.each([
      ['reads a file of the home folder', () => `cat '${join(dir, 'home', 'secret')}'`],
      ['reads a secret of the system', () => 'cat /etc/shadow'],
      ['writes beside its folder', () => `echo x > '${join(dir, 'home', 'mine')}'`],
      ['writes to what it may read', () => `echo x > '${join(dir, 'read', 'given')}'`],
      ['writes to the system', () => 'touch /usr/bin/pmemrig-was-here'],
      ['writes below /proc', () => 'echo mine > /proc/self/comm'],
      ['mounts', () => `mount -t tmpfs tmpfs '${join(dir, 'work')}'`],
      [
        'takes off what is in its way',
        () => `mount -o remount,bind,rw '${join(dir, 'read')}' || mount -o remount,rw /usr`,
      ],
      ['signals another process of the host', () => `kill -0 ${process.pid}`],
    ])('it fails when it %s', async (_, script) => expect(await run(script())).toMatchObject({ ok: false }));

    test('a port of the host is out of reach', async () => {
      const server = createServer((socket) => socket.end('reached'));
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void server.close());
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const probe = ['bash', '-c', `cat < /dev/tcp/127.0.0.1/${port}`] as const;
      expect(await tryTool(probe)).toMatchObject({ ok: true, output: 'reached' });
      expect(await runBehind(wall, probe, { writable: [] }, { cwd: '/' })).toMatchObject({
        ok: false,
        output: expect.not.stringContaining('reached') as string,
      });
    });

    test('nothing of the environment is passed on but what a build needs', async () => {
      vi.stubEnv('PMEMRIG_TEST_TOKEN', 'secret');
      const { output } = await run('env');
      vi.unstubAllEnvs();
      expect(output).not.toContain('secret');
      expect(output.split('\n').map((line) => line.split('=')[0])).toEqual(
        expect.arrayContaining(['HOME', 'LC_ALL', 'PATH']),
      );
      expect(output).toContain('HOME=/tmp');
    });

    test('an abort ends all that it started', async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('enough')), 500);
      const marker = `7${process.pid}.25`;
      await expect(
        runBehind(
          wall,
          ['sh', '-c', `sleep ${marker} & sleep ${marker}`],
          { writable: [] },
          { cwd: '/', signal: controller.signal },
        ),
      ).rejects.toThrow('enough');
      await vi.waitFor(async () => expect((await tryTool(['pgrep', '-f', `^sleep ${marker}`])).ok).toBe(false), {
        timeout: 5000,
      });
    });

    test('what fails is reported by its own words and status', async () => {
      expect(await run('echo broken >&2; exit 3')).toMatchObject({ ok: false, output: 'broken' });
    });
  });
}

test.runIf((await findSandbox()).kind !== 'none')("a sandbox that cannot be made is the host's fault", async () => {
  await expect(trySandboxed(['true'], { writable: [join(dir, 'none')] }, { cwd: dir })).rejects.toMatchObject({
    name: 'InfraError',
    code: 'tool-failed',
    message: expect.stringContaining('none') as string,
  });
});

const home = (...names: readonly string[]): string => join(dir, 'home', ...names);
const put = async (...files: readonly string[]): Promise<void> => {
  for (const file of files) {
    await mkdir(dirname(home(file)), { recursive: true });
    await writeFile(home(file), '');
  }
};

describe("of the user's own folders on PATH", () => {
  test('one with a build tool is seen, with its libraries where they are its own', async () => {
    await put(
      'gcc-14/bin/gcc',
      'gcc-14/lib/libgcc.a',
      'bin/pahole',
      'lib/mine',
      '.local/bin/ccache',
      '.local/lib/mine',
    );
    expect(
      toolFolders(
        [home('gcc-14/bin'), home('bin/'), home('.local/bin'), '/usr/bin', home('none'), 'relative', ''].join(':'),
        home(),
      ),
    ).toEqual([home('gcc-14'), home('bin'), home('.local/bin')]);
  });

  test('one without any is not, nor is a home folder or what holds it', async () => {
    await put('scripts/backup.sh', 'lib/mine', '.pyenv/shims/python3', 'gcc', '../gcc', '../bin/gcc', '../lib/x');
    await symlink(home(), join(dir, 'me'));
    expect(
      toolFolders([home('scripts'), home('.pyenv/shims'), home(), join(dir, 'me'), dir, '/'].join(':'), home()),
    ).toEqual([]);
    // The `lib` beside it lies in what holds all home folders.
    expect(toolFolders(join(dir, 'bin'), join(dir, 'me'))).toEqual([join(dir, 'bin')]);
  });
});
