import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findSandbox } from '../../store/sandbox.ts';
import { compileKernel, makeTarget, readBuiltRelease } from './make-kernel.ts';

/** A source whose Makefile goes down two levels, as Kbuild does, to rules that run beside each other. */
async function newSource(rules: string) {
  const dir = await mkdtemp(join(tmpdir(), 'make-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(
    join(dir, 'Makefile'),
    `ifdef DEEP\nall: a.o b.o c.o\n${rules}\nelse\n.PHONY: deep\nbzImage modules olddefconfig: deep\ndeep:\n\t$(MAKE) DEEP=1 all\nendif\n`,
  );
  const tools = { cc: 'gcc', ccache: false, version: '1', hasPahole: false, compiler: 'gcc 1' };
  return {
    logFile: join(dir, 'build.log'),
    options: { sourceDir: dir, tools, context: { cacheDir: dir, log: () => undefined } },
  };
}

const compile = async ({ logFile, options }: Awaited<ReturnType<typeof newSource>>) =>
  compileKernel(logFile, undefined, options);

test("a program that is missing is the host's, and is named with the whole log's place, whatever other jobs do", async () => {
  const source = await newSource(
    'a.o:\n\t@echo "  GEN     a.o"; pmemrig-no-cpio -o > /dev/null\nb.o c.o:\n\t@echo "  CC      $@"; sleep 0.3; echo "fs/$*.c:1:2: error: later" >&2; exit 1',
  );
  await expect(compile(source)).rejects.toMatchObject({
    name: 'InfraError',
    code: 'no-build-tools',
    message: expect.stringMatching(/pmemrig-no-cpio: (?:command )?not found\n {2}the whole log: /) as string,
    remedy: expect.stringContaining('install pmemrig-no-cpio') as string,
  });
  expect(await readFile(source.logFile, 'utf8')).toMatch(/not found[^]*\*\*\* \[Makefile:\d+: a\.o\] Error 127/);
});

test('a full disk is reported by the words of the build, with the place of the whole log', async () => {
  const source = await newSource(
    'a.o:\n\t@echo "fs/a.c:9:1: fatal error: error writing to /tmp/ccA.s: No space left on device" >&2; exit 1\nb.o c.o:\n\t@:',
  );
  const message = expect.stringContaining(
    `error writing to /tmp/ccA.s: No space left on device\n  the whole log: ${source.logFile}`,
  ) as string;
  await expect(compile(source)).rejects.toMatchObject({
    name: 'InfraError',
    code: 'disk-full',
    message,
    remedy: expect.not.stringContaining('TMPDIR') as string,
  });
});

test("a compiler's error is the kernel's, with its own lines alone", async () => {
  const source = await newSource(
    'a.o:\n\t@printf "  CC      a.o\\n"; printf "fs/a.c:1:2: error: nope\\n    1 | nope\\n" >&2; exit 1\nb.o c.o:\n\t@echo "  CC      $@"; sleep 0.3',
  );
  await expect(compile(source)).rejects.toMatchObject({
    name: 'KernelError',
    message: 'the kernel does not compile: fs/a.c:1:2: error: nope',
    evidence: `fs/a.c:1:2: error: nope\n    1 | nope\nthe whole log: ${source.logFile}`,
  });
});

test.each([
  ['kill -9 $$$$', 'compiler-killed'],
  ['sh -c "kill -9 \\$$\\$$"; exit 137', 'compiler-killed'],
  ['kill -SEGV $$$$', 'compiler-crashed'],
  ['echo "fs/a.c:1:2: internal compiler error: in expand, at x.c:1" >&2; exit 1', 'compiler-crashed'],
  ['echo "as: final link failed: No space left on device" >&2; exit 1', 'disk-full'],
])('a command that ends by `%s` says nothing of the kernel', async (command, code) => {
  await expect(compile(await newSource(`a.o:\n\t@${command}\nb.o c.o:\n\t@:`))).rejects.toMatchObject({
    name: 'InfraError',
    code,
  });
});

test("a tool of the tree that crashes or is not there is the kernel's; one that wants an interpreter is the host's", async () => {
  const rest = '\nb.o c.o:\n\t@:';
  await expect(compile(await newSource(`a.o:\n\t@scripts/gone a${rest}`))).rejects.toMatchObject({
    name: 'KernelError',
  });
  const crashing = await newSource(`a.o:\n\t@set -e; echo "  GEN     a.o"; ./crash a; true${rest}`);
  await writeFile(join(crashing.options.sourceDir, 'crash'), '#!/bin/sh\nkill -SEGV $$\n', { mode: 0o755 });
  await expect(compile(crashing)).rejects.toMatchObject({
    name: 'KernelError',
    message: expect.stringContaining('./crash') as string,
  });
  const source = await newSource(`a.o:\n\t@./gen.py a${rest}`);
  await writeFile(join(source.options.sourceDir, 'gen.py'), '#!/usr/bin/pmemrig-no-python\n', { mode: 0o755 });
  await expect(compile(source)).rejects.toMatchObject({ name: 'InfraError', code: 'no-build-tools' });
});

test("a certificate that only the configuration knows is the user's", async () => {
  const source = await newSource('a.o: debian/certs/uefi.pem\nb.o c.o:\n\t@:');
  await expect(compile(source)).rejects.toMatchObject({
    name: 'UserError',
    code: 'config-unmet',
    remedy: expect.stringContaining('CONFIG_SYSTEM_TRUSTED_KEYS') as string,
  });
});

test('a patch that breaks kconfig or a Makefile is a result as well', async () => {
  const { options } = await newSource('a.o:\n\t@echo "fs/Kconfig:3: syntax error" >&2; exit 1\nb.o c.o:\n\t@:');
  await expect(makeTarget(['olddefconfig'], options)).rejects.toMatchObject({
    name: 'KernelError',
    message: 'the kernel does not compile: fs/Kconfig:3: syntax error',
  });
  await expect(compile(await newSource('nonsense'))).rejects.toMatchObject({
    name: 'KernelError',
    message: expect.stringContaining('missing separator') as string,
  });
});

test.each([
  ['6.9.0-rc1+', '6.9.0-rc1+'],
  ['6.9/../../../evil', undefined],
  ['..', undefined],
  ['/etc', undefined],
  ['6.9 and more', undefined],
  ['6.9'.padEnd(65, 'x'), undefined],
])('a release of %s', async (printed, release) => {
  const { options } = await newSource('');
  await mkdir(join(options.sourceDir, 'include', 'config'), { recursive: true });
  await writeFile(join(options.sourceDir, 'include', 'config', 'kernel.release'), `${printed}\n`);
  const read = readBuiltRelease(options.sourceDir);
  if (release === undefined) await expect(read).rejects.toMatchObject({ name: 'KernelError', evidence: printed });
  else expect(await read).toBe(release);
});

test('a program of the kernel that speaks of a full disk does not fill it', async () => {
  const source = await newSource(
    'a.o:\n\t@printf "fs/a.c:1:2: error: nope\\n    1 | pr_err(\\"No space left on device\\");\\n" >&2; exit 1\nb.o c.o:\n\t@:',
  );
  await expect(compile(source)).rejects.toMatchObject({ name: 'KernelError' });
});

// On a host without name spaces the run's notes say that there is no sandbox.
test.runIf((await findSandbox()).kind !== 'none')(
  'makefiles reach neither home, nor other folders, nor a port of the host, and no secret of the environment',
  async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
    onTestFinished(() => rm(elsewhere, { recursive: true }));
    await writeFile(join(elsewhere, 'secret'), 'secret');
    const server = createServer((socket) => socket.end('reached'));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    vi.stubEnv('PMEMRIG_TEST_TOKEN', 'secret');
    onTestFinished(() => void vi.unstubAllEnvs());
    const tries = [
      `cat ${elsewhere}/secret`,
      `touch ${elsewhere}/mine`,
      `bash -c 'cat < /dev/tcp/127.0.0.1/${port}'`,
      'env | grep PMEMRIG_TEST_TOKEN',
      'ls $$HOME/.[a-z]*',
    ];
    const source = await newSource(
      `a.o:\n\t@${tries.map((line, index) => `if ${line}; then echo "fs/a.c:1:1: error: got through: ${index}"; exit 1; fi`).join('; ')}; echo held > held\nb.o c.o:\n\t@:`,
    );
    await compile(source);
    expect(await readFile(join(source.options.sourceDir, 'held'), 'utf8')).toBe('held\n');
  },
);
