import { describe, expect, test } from 'vitest';
import type { DoctorReport } from './diagnose.ts';
import { fixHost } from './fix-host.ts';
import type { UserFacts } from './user-facts.ts';

const REPORT: DoctorReport = {
  ready: false,
  checks: [],
  install: { manager: 'apt', packages: ['mmdebstrap', 'uidmap'], command: 'sudo apt-get install mmdebstrap uidmap' },
};
const ROOT: UserFacts = { name: 'root', isRoot: true, sudo: 'none', subordinateIds: 0, namespaces: { work: true } };
const ANN: UserFacts = { ...ROOT, name: 'ann', isRoot: false };

/** Answers each command in turn: empty for success, else what it printed as it failed. */
function host(answers: readonly string[], { hasPackageLists = true } = {}) {
  const commands: string[] = [];
  return {
    commands,
    log: () => undefined,
    hasPackageLists: () => hasPackageLists,
    lockWaitMs: 0,
    run: async (argv: readonly string[]) => {
      const output = answers[commands.length] ?? '';
      commands.push(argv.join(' ').replace('env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 ', ''));
      return Promise.resolve({ ok: output === '', output });
    },
  };
}

const UPDATE = 'apt-get update -q -o DPkg::Lock::Timeout=120';
const INSTALL = 'apt-get install -y --no-install-recommends -q -o DPkg::Lock::Timeout=120 mmdebstrap uidmap';

describe('fixHost', () => {
  test('root installs everything in one go', async () => {
    const { commands, ...options } = host([]);
    await fixHost(REPORT, ROOT, options);
    expect(commands).toEqual([INSTALL]);
  });

  test('passwordless sudo is used, and can never stop to ask', async () => {
    const { commands, ...options } = host([]);
    await fixHost(REPORT, { ...ANN, sudo: 'passwordless' }, options);
    expect(commands).toEqual([`sudo -n ${INSTALL}`]);
  });

  test.each(['none', 'asks-password'] as const)(
    'a user whose sudo is "%s" gets the one command to run, and nothing runs',
    async (sudo) => {
      const { commands, ...options } = host([]);
      await expect(fixHost(REPORT, { ...ANN, sudo }, options)).rejects.toMatchObject({
        name: 'UserError',
        code: 'needs-root',
        remedy: REPORT.install?.command,
      });
      expect(commands).toEqual([]);
    },
  );

  test('package lists are fetched first where there are none', async () => {
    const { commands, ...options } = host([], { hasPackageLists: false });
    await fixHost(REPORT, ROOT, options);
    expect(commands).toEqual([UPDATE, INSTALL]);
  });

  test('package lists are fetched anew when they name what the archive no longer has', async () => {
    const { commands, ...options } = host(['404 Not Found']);
    await fixHost(REPORT, ROOT, options);
    expect(commands).toEqual([INSTALL, UPDATE, INSTALL]);
  });

  test('another apt at work is waited for', async () => {
    const locked = 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)';
    const { commands, ...options } = host([locked, locked], { hasPackageLists: false });
    await fixHost(REPORT, ROOT, options);
    expect(commands).toEqual([UPDATE, UPDATE, UPDATE, INSTALL]);
  });

  test("a failure is the host's, in the package manager's own words", async () => {
    const { commands: _, ...options } = host(['E: 404', '', 'E: Unable to locate package mmdebstrap']);
    await expect(fixHost(REPORT, ROOT, options)).rejects.toMatchObject({
      name: 'InfraError',
      code: 'install-failed',
      message: 'the packages could not be installed:\n  E: Unable to locate package mmdebstrap',
    });
  });

  test('nothing to install: nothing runs', async () => {
    const { commands, ...options } = host([]);
    await fixHost({ ready: true, checks: [] }, ANN, options);
    expect(commands).toEqual([]);
  });
});
