import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FilesystemSpec } from '../../model/matrix.ts';
import type { SuiteSession } from '../../model/suite.ts';
import type { XfstestsSuiteSpec } from '../../../matrices/suites/xfstests.ts';
import type { XfstestsRule } from '../../../matrices/suites/xfstests-list.ts';
import { type Answer, createFakeGuest } from '../testing/fake-guest.ts';
import { createSuiteContext, EXT4_DAX, FSDAX } from '../testing/suite-context.ts';
import { xfstestsSuite } from './suite.ts';

const SPEC: XfstestsSuiteSpec = {
  kind: 'xfstests',
  name: 'xfstests',
  tree: { at: 'host', path: '/x' },
  groups: ['dax'],
  tests: [],
  lists: [],
  rules: [],
};
const NVDIMM = { kind: 'nvdimm', sizeBytes: 2 ** 30, namespace: 'fsdax', labelSizeBytes: 0 } as const;
const DAX = { stdout: 'stat.attributes = 0x200000\n' };
const PASS = { stdout: 'generic/413        5s\nRan: generic/413\nPassed all 1 tests\n' };
const FAIL = {
  stdout:
    'generic/413       - output mismatch (see x)\n    -a\n    +b\nRan: generic/413\nFailures: generic/413\nFailed 1 of 1 tests\n',
  exitCode: 1,
};

const notRun = (reason: string): string =>
  `generic/413       [not run] ${reason}\nRan: generic/413\nNot run: generic/413\nPassed all 1 tests\n`;

interface World {
  readonly session: SuiteSession;
  readonly calls: readonly string[];
  readonly artifactDir: string;
}

async function open(
  answers: Readonly<Record<string, Answer | readonly Answer[]>> = {},
  {
    rules = [],
    filesystem = EXT4_DAX,
    disk = {},
    upcoming = [],
  }: {
    rules?: readonly XfstestsRule[];
    filesystem?: FilesystemSpec;
    disk?: Readonly<Record<string, string>>;
    upcoming?: readonly string[];
  } = {},
): Promise<World> {
  const guest = {
    ...createFakeGuest({
      devices: [FSDAX, { ...FSDAX, path: '/dev/pmem1' }],
      answers: { 'mountpoint -q': { exitCode: 1 }, statx: DAX, ...answers },
    }),
    resultsDisk: {
      serial: 'results',
      async read(path: string, localPath: string): Promise<number> {
        const content = disk[path] ?? '';
        if (content !== '') writeFileSync(localPath, content);
        return content.length;
      },
    },
  };
  const context = createSuiteContext({ ...SPEC, rules }, guest, filesystem);
  const cell = {
    ...context.cell,
    pmem: { name: 'nvdimm', devices: [NVDIMM, NVDIMM] },
    tests: [
      { name: 'xfstests/generic/413', estimateSec: 25 },
      { name: 'xfstests/generic/475', estimateSec: 60 },
    ],
  };
  return {
    session: await xfstestsSuite.open({ ...context, cell, upcoming: () => upcoming }),
    calls: guest.calls,
    artifactDir: context.artifactDir,
  };
}

const run = async ({ session }: World, name = 'generic/413') =>
  session.run({ name: `xfstests/${name}`, estimateSec: 1 }, 1);

const proof = (device: string, place: string): readonly string[] => [
  `mount -t ext4 -o acl,user_xattr,dax=always ${device} /mnt/xfstests-${place}`,
  `xfs_io -f -c statx -r /mnt/xfstests-${place}/.pmemrig-dax/probe`,
];

describe('a guest is made ready', () => {
  test('file systems are made, mounted as check will, and DAX is proved on both; again at the end, TEST as it is', async () => {
    const { session, calls } = await open();
    const steps = (): readonly string[] =>
      calls.filter((call) => /^(mkfs|mount |xfs_io)/.test(call)).map((call) => call.replace(/-q .*(?=\/dev)/, ''));
    const first = [
      'mkfs.ext4 /dev/pmem0',
      ...proof('/dev/pmem0', 'test'),
      'mkfs.ext4 /dev/pmem1',
      ...proof('/dev/pmem1', 'scratch'),
    ];
    expect(steps()).toEqual(first);
    await session.close();
    expect(steps()).toEqual([
      ...first,
      ...proof('/dev/pmem0', 'test'),
      'mkfs.ext4 /dev/pmem1',
      ...proof('/dev/pmem1', 'scratch'),
    ]);
  });

  test('a mount without DAX ends the suite, and so does DAX on one that is to be without', async () => {
    await expect(open({ statx: { stdout: 'stat.attributes = 0x0\n' } })).rejects.toMatchObject({
      status: 'fail',
      message: expect.stringContaining('DAX is not active on TEST (/dev/pmem0)') as string,
    });
    await expect(open({}, { filesystem: { ...EXT4_DAX, mountOptions: '' } })).rejects.toMatchObject({
      message: 'DAX is active on TEST (/dev/pmem0), which is mounted to be without it',
    });
  });

  test('DAX that is gone at the end fails the clean-up', async () => {
    const { session } = await open({ statx: [DAX, DAX, { stdout: 'stat.attributes = 0x0\n' }] });
    await expect(session.close()).rejects.toMatchObject({ status: 'fail' });
  });

  test('TEST is proved as the last test left it, before it is mounted anew', async () => {
    const mounted = { 'mountpoint -q': [{ exitCode: 1 }, { exitCode: 1 }, {}] };
    const kept = await open(mounted);
    await kept.session.close();
    expect(kept.calls).toContain('umount /mnt/xfstests-test');
    const lost = await open({ ...mounted, statx: [DAX, DAX, { stdout: 'stat.attributes = 0x0\n' }] });
    await expect(lost.session.close()).rejects.toMatchObject({ status: 'fail' });
  });

  test("a guest that lacks something is the rig's, with its own words", async () => {
    await expect(
      open({
        'sh -s': {
          exitCode: 1,
          stderr:
            "the tree was built for another system than the image's, Debian GNU/Linux 12 (bookworm): it wants GLIBC_2.38; build it on that one\nltp/fsx: version `GLIBC_2.38' not found\n",
        },
      }),
    ).rejects.toMatchObject({
      status: 'infra',
      message:
        "xfstests cannot run in this guest: the tree was built for another system than the image's, Debian GNU/Linux 12 (bookworm): it wants GLIBC_2.38; build it on that one",
      evidence: "ltp/fsx: version `GLIBC_2.38' not found",
    });
  });

  test('the options of check are kept', async () => {
    const { artifactDir } = await open();
    expect(readFileSync(join(artifactDir, 'host-options'), 'utf8')).toContain(
      "export TEST_FS_MOUNT_OPTS='-o acl,user_xattr,dax=always'\n",
    );
  });
});

/** The calls that ran a test. */
const runs = ({ calls }: World): readonly string[] => calls.filter((call) => call.includes('held-check.sh run'));

describe('a test', () => {
  test('that passes leaves nothing', async () => {
    const world = await open({ 'held-check.sh run': PASS });
    expect(await run(world)).toEqual({ status: 'pass' });
    expect(readdirSync(world.artifactDir)).toEqual(['guest-versions', 'host-options']);
  });

  test('that is listed as passed by a check that failed is none', async () => {
    expect(await run(await open({ 'held-check.sh run': { ...PASS, exitCode: 1 } }))).toMatchObject({
      status: 'fail',
      message: 'no result: the harness lists it as passed, yet ends with 1',
    });
  });

  test('that was not run is a skip with the reason, from the disk where the harness did not print it', async () => {
    expect(await run(await open({ 'held-check.sh run': { stdout: notRun('no DAX') } }))).toEqual({
      status: 'skip',
      message: 'no DAX',
    });
    expect(
      await run(
        await open(
          { 'held-check.sh run': { stdout: notRun('') } },
          { disk: { '/generic/413.notrun': 'no DAX\nhere\n' } },
        ),
      ),
    ).toMatchObject({ status: 'skip', message: 'no DAX here' });
    expect(await run(await open({ 'held-check.sh run': { stdout: notRun('') } }))).toMatchObject({
      status: 'skip',
      message: 'no reason given',
    });
    expect(await run(await open({ 'held-check.sh run': { stdout: notRun('no DAX'), exitCode: 137 } }))).toMatchObject({
      status: 'fail',
      message: 'no result: the harness lists it as not run, yet ends with 137',
    });
  });

  test('that said more than is kept says so', async () => {
    expect(await run(await open({ 'held-check.sh run': { ...FAIL, truncated: true } }))).toMatchObject({
      status: 'fail',
      message: 'output mismatch; its output was too long, and the beginning is lost',
    });
    expect(await run(await open({ 'held-check.sh run': { stdout: '    +a\n', truncated: true } }))).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/^no result: .*the beginning is lost$/) as string,
    });
  });

  test("that fails keeps its files, with the kernel's words as evidence", async () => {
    const world = await open(
      { 'held-check.sh run': { ...FAIL, stdout: `${FAIL.stdout}\n@state\nended 1\n` } },
      { disk: { '/generic/413.full': 'log', '/generic/413.dmesg': 'WARNING: x' } },
    );
    expect(await run(world)).toEqual({
      status: 'fail',
      message: 'output mismatch',
      evidence: '    -a\n    +b\n\nWARNING: x',
      artifacts: ['generic-413.1/check.log', 'generic-413.1/full', 'generic-413.1/dmesg'],
    });
    expect(readFileSync(join(world.artifactDir, 'generic-413.1/check.log'), 'utf8')).toBe(FAIL.stdout);
    expect(readdirSync(join(world.artifactDir, 'generic-413.1')).toSorted()).toEqual(['check.log', 'dmesg', 'full']);
  });

  test('that a list excludes does not run; one whose failure it knows is reported, and fails nothing', async () => {
    const rule = { tests: ['generic/413'], reason: 'because' };
    const excluded = await open({}, { rules: [{ ...rule, action: 'exclude' }] });
    expect(await run(excluded)).toEqual({ status: 'excluded', message: 'because' });
    expect(excluded.calls.some((call) => call.includes('held-check.sh run'))).toBe(false);
    expect(
      await run(await open({ 'held-check.sh run': FAIL }, { rules: [{ ...rule, action: 'known' }] })),
    ).toMatchObject({
      status: 'skip',
      message: 'known failure: because; it said: output mismatch',
    });
  });

  test('is run by a check that is started for those that follow, too, but for those that a list excludes', async () => {
    const options = {
      upcoming: ['xfstests/generic/428', 'xfstests/generic/437', 'xfstests/generic/475'],
      rules: [{ tests: ['generic/437'], reason: 'because', action: 'exclude' }],
    } as const;
    const held = await open({ 'held-check.sh run': PASS }, options);
    await run(held);
    expect(runs(held)).toEqual(['bash /run/pmemrig/xfstests/held-check.sh run generic/413 generic/428 generic/475']);
    await held.session.close();
    expect(held.calls).toContain('bash /run/pmemrig/xfstests/held-check.sh stop');
    const old = await open({ 'held-check.sh can': { exitCode: 1 }, 'held-check.sh run': PASS }, options);
    await run(old);
    expect(readFileSync(join(held.artifactDir, 'guest-versions'), 'utf8')).toContain('check: is held');
    expect(readFileSync(join(old.artifactDir, 'guest-versions'), 'utf8')).toContain('check: cannot be held');
    expect(runs(old)).toEqual(['bash /run/pmemrig/xfstests/held-check.sh run generic/413']);
  });

  test('that took its guest down is salvaged from the disk', async () => {
    const { session, artifactDir } = await open({}, { disk: { '/generic/413.full': 'last words' } });
    expect(await session.salvage?.({ name: 'xfstests/generic/413', estimateSec: 1 }, 2)).toEqual([
      'generic-413.2/full',
    ]);
    expect(existsSync(join(artifactDir, 'generic-413.2', 'check.log'))).toBe(false);
  });
});
