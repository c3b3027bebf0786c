import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { BootedGuest } from '../guest/guest-slot.ts';
import { openLocalArtifacts } from '../record/local-artifacts.ts';
import { keepLockClasses } from './keep-lock-classes.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-classes-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** As 6.1 prints it. */
const LIST = `all lock classes:
00000000e50fd5de FD:    1 BD:   41 ....: (console_sem).lock

00000000e1b5feab FD:    7 BD:    5 +.+.: console_lock
 -> [00000000fe03e749] &port_lock_key
 -> [00000000fe1d5f77] syslog_lock

000000007c1b5f47 FD:  135 BD:   25 ++++: cpu_hotplug_lock

000000001c1b5f47 FD:   35 BD:    2 +.+.: (work_completion)(&(&ssp->srcu_sup->work)->work)

000000002c1b5f47 FD:   35 BD:    2 ++++: kn->active#12

`;

function keep(lockdep: boolean): Promise<string | undefined> {
  writeFileSync(join(dir, 'lockdep'), LIST);
  // The guest's own shell and sed, on a file of the host.
  const exec = async (command: string | readonly string[]): Promise<unknown> =>
    Promise.resolve({
      stdout: execFileSync('/bin/sh', ['-c', String(command).replaceAll('/proc/lockdep', join(dir, 'lockdep'))], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C' },
      }),
      exitCode: 0,
    });
  const booted = { guest: { exec }, observer: { lockdep } } as unknown as BootedGuest;
  return keepLockClasses(
    booted,
    { cell: 'cell', ordinal: 2 },
    {
      artifacts: openLocalArtifacts(dir, 'cell'),
      log: () => undefined,
    },
  );
}

test('the names of all classes are kept, without what was taken under them', async () => {
  expect(await keep(true)).toBe('cells/cell/lock-classes.2.txt');
  expect(readFileSync(join(dir, 'cells/cell/lock-classes.2.txt'), 'utf8').trim().split('\n')).toEqual([
    '(console_sem).lock',
    '(work_completion)(&(&ssp->srcu_sup->work)->work)',
    'console_lock',
    'cpu_hotplug_lock',
    'kn->active#12',
  ]);
});

test('a kernel without PROVE_LOCKING is not asked', async () => {
  expect(await keep(false)).toBeUndefined();
});
