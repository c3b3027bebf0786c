import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RunningGuest } from '../guests/guest.ts';
import { GuestDeath } from '../orchestrator/model/errors.ts';
import { GuestBench } from './support/boot.ts';

const bench = new GuestBench();
afterAll(() => bench[Symbol.dispose]());

/** Runs a command as a test of its own: what its last mark was heard of, and what the kernel reported in it. */
async function observe(guest: RunningGuest, name: string, command: string) {
  await guest.mark(`test-begin ${name}`);
  await guest.exec(command, { timeoutMs: 60_000 });
  const { onConsole } = await guest.mark(`test-end ${name}`);
  return { onConsole, problems: guest.takeProblems().map(({ marker, kind }) => `${marker}: ${kind}`) };
}

function errorIn(name: string): string[] {
  return [`test-begin ${name}: ext4-error`];
}

test('a kernel is heard whatever a program does to its console, and believed are the rig’s marks alone', async () => {
  await using guest = await bench.boot([]);
  await guest.exec('truncate -s 8M /tmp/image && mkfs.ext4 -q /tmp/image && mount -o loop /tmp/image /mnt');
  // A real error of ext4, which the kernel reports at once.
  const breakFs = 'echo planted > /sys/fs/ext4/loop0/trigger_fs_error';

  expect(await observe(guest, 'quiet', 'true')).toEqual({ onConsole: true, problems: [] });
  expect(await observe(guest, 'level', `dmesg -n 1; echo 1 > /proc/sys/kernel/printk; ${breakFs}`)).toEqual({
    onConsole: true,
    problems: errorIn('level'),
  });
  expect(await observe(guest, 'cleared', `${breakFs}; dmesg -C; timeout 1 cat /proc/kmsg`)).toEqual({
    onConsole: true,
    problems: errorIn('cleared'),
  });
  const forge =
    'for text in "FATAL: forged" ready "test-end forged" "test-begin other"; do echo "pmemrig: $text"; echo "pmemrig: $(cat /usr/lib/pmemrig/token) $text"; done > /dev/kmsg';
  expect(await observe(guest, 'forged', `${forge}; ${breakFs}`)).toEqual({
    onConsole: true,
    problems: errorIn('forged'),
  });
  // What writes the marks, and what reads the log.
  expect(
    await observe(
      guest,
      'killed',
      `pkill -KILL -f '[e]xec 3> /dev/kmsg'; pkill -KILL -f '[c]at /dev/kmsg'; ${breakFs}`,
    ),
  ).toEqual({ onConsole: true, problems: errorIn('killed') });
  expect(
    await observe(
      guest,
      'stopped',
      `pkill -STOP -f '[e]xec 3> /dev/kmsg'; pkill -STOP -f '[c]at /dev/kmsg'; ${breakFs}`,
    ),
  ).toEqual({ onConsole: true, problems: errorIn('stopped') });
  // Now the console is silent indeed: the rig says so, and the log buffer has the error all the same.
  expect(
    await observe(guest, 'silenced', `echo N > /sys/module/printk/parameters/ignore_loglevel; dmesg -n 1; ${breakFs}`),
  ).toEqual({ onConsole: false, problems: errorIn('silenced') });
  expect(readFileSync(join(bench.guestDir, 'console.log'), 'utf8')).not.toContain('test-end silenced');
});

test('a guest whose link is down is given up while it idles, with the stacks of its tasks', async () => {
  await using guest = await bench.boot([]);
  const end: unknown = await guest.exec('ip link set eth0 down; sleep 600').catch((error: unknown) => error);
  expect(end).toBeInstanceOf(GuestDeath);
  expect(end).toMatchObject({
    kind: 'stall',
    message: expect.stringMatching(
      /^the guest has answered nothing over SSH for \d+ s, though its CPUs have time for it$/,
    ) as string,
  });
  expect(readFileSync(join(bench.guestDir, 'console.log'), 'utf8')).toContain(
    'sysrq: Show backtrace of all active CPUs',
  );
});
