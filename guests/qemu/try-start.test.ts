import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { X86_64 } from '../arch/x86-64.ts';
import { findQemu } from './find-qemu.ts';
import { tryQemuStart } from './try-start.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-try-start-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The host's QEMU behind a wrapper that says `words` first. */
async function wrapped(words: string) {
  const { path, version } = await findQemu();
  const wrapper = join(dir, 'wrapper');
  writeFileSync(wrapper, `#!/bin/sh\ncat >&2 << 'END'\n${words}\nEND\nexec ${path} "$@"\n`);
  chmodSync(wrapper, 0o755);
  return { path: wrapper, version };
}

test('a QEMU that makes every device gives its warnings, and leaves nothing behind', async () => {
  const old = 'qemu-system-x86_64: warning: this is old\nuse another';
  expect(await tryQemuStart(await wrapped(`${old}\n${old}`), 'tcg')).toEqual([old]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('pmemrig-start-'))).toEqual([]);
});

test('every machine that is not refused takes a device of each kind', async () => {
  const usable = Object.values(X86_64.machineTypes).filter(({ refused }) => refused === undefined);
  expect(usable.map(({ name }) => name)).toEqual(['pc', 'q35']);
  for (const machine of usable) expect(await tryQemuStart(await findQemu(), 'tcg', machine)).toEqual([]);
});

test("a QEMU that refuses the machine is the host's fault, in QEMU's words, warnings last", async () => {
  const qemu = { path: join(dir, 'qemu'), version: '11.1.3' };
  writeFileSync(
    qemu.path,
    "#!/bin/sh\necho 'qemu: warning: old' >&2\necho \"qemu: -netdev user: Parameter 'type' expects a netdev backend type\" >&2\nexit 1\n",
  );
  chmodSync(qemu.path, 0o755);
  await expect(tryQemuStart(qemu, 'tcg')).rejects.toMatchObject({
    name: 'InfraError',
    message:
      "QEMU cannot make a guest: qemu: -netdev user: Parameter 'type' expects a netdev backend type\n(it also warned: qemu: warning: old)",
  });
});
