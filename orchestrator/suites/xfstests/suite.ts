import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageData } from '../../model/package-data.ts';
import type { Suite, SuiteContext, SuiteSession } from '../../model/suite.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import type { XfstestsSuiteSpec } from '../../../matrices/suites/xfstests.ts';
import { lastLines } from '../../model/last-lines.ts';
import { isMounted } from '../shared/mkfs-command.ts';
import { assignRoles } from './assign-roles.ts';
import { deadlineSec } from './deadline.ts';
import { DIR, HELD_CHECK, HOLD, HOST_OPTIONS, RESULTS, TREE_SERIAL } from './guest-paths.ts';
import { composeHostOptions, SCRATCH_MNT, TEST_DIR } from './host-options.ts';
import { composePlaces } from './mount-places.ts';
import { expectedFsErrors } from './expected-fs-errors.ts';
import { findIdleRules } from './idle-rules.ts';
import { xfstestsInOnce } from './once.ts';
import { planXfstests } from './plan.ts';
import { readCatalogue } from './read-tree.ts';
import { proveMount } from './prove-mounts.ts';
import { setUpStep } from '../shared/set-up-step.ts';
import { describeRule, findRule, forgiveKnown } from './rules.ts';
import { keepResults, runXfstest } from './run-test.ts';
import { SuiteSetupError } from '../../model/errors.ts';

const GUEST_SCRIPTS = packageData('orchestrator/suites/xfstests/guest');
const SET_UP = readFileSync(join(GUEST_SCRIPTS, 'set-up.sh'), 'utf8');
const DESCRIBE = readFileSync(join(GUEST_SCRIPTS, 'describe.sh'), 'utf8');
const HELD_CHECK_SCRIPT = readFileSync(join(GUEST_SCRIPTS, 'held-check.sh'), 'utf8');
const HOLD_SCRIPT = readFileSync(join(GUEST_SCRIPTS, 'hold.sh'), 'utf8');

/**
 * The tests of an xfstests tree that somebody has built, on the devices that the topology gives. One `check` runs many
 * of them, and is held between any two.
 */
export const xfstestsSuite: Suite<XfstestsSuiteSpec> = {
  kind: 'xfstests',
  // A disk of its own, and devices that no other suite shall find so.
  needsFreshGuest: true,
  plan: planXfstests,
  resultsBytes: 512 * 2 ** 20,
  // No test counts on what another has left, but for the age of the file system on TEST.
  splittable: true,
  untestedAs: 'xfstests',
  once: xfstestsInOnce,
  findSlips: findIdleRules,
  disk: ({ tree }) => (tree?.at === 'host' ? { path: tree.path, serial: TREE_SERIAL } : undefined),
  open: openXfstests,
};

async function openXfstests(context: SuiteContext<XfstestsSuiteSpec>): Promise<SuiteSession> {
  const { spec, cell, guest } = context;
  const { filesystem } = cell;
  if (!isMounted(filesystem)) throw new Error(`${cell.id} was planned without a file system`);
  const roles = assignRoles(cell.pmem, filesystem);
  await setUpGuest(context);
  const hostOptions = composeHostOptions({ filesystem, devices: guest.devices, roles, resultBase: RESULTS });
  await guest.write(HOST_OPTIONS, hostOptions);
  await context.artifacts.put('host-options', hostOptions);
  const canHold = await setUpHold(context);
  // One file for all guests of the cell: they are alike, but for those that died.
  const about = await guest.exec(['sh', '-s'], {
    stdin: DESCRIBE,
    timeoutMs: TIMEOUTS_MS.setup * context.timeoutScale,
  });
  const held = canHold ? 'is held between two tests' : 'cannot be held between two tests, and is started for each';
  await context.artifacts.put('guest-versions', `${lastLines(about.stdout, 200, 64 * 1024)}\ncheck: ${held}\n`);

  const places = composePlaces(guest.devices, roles, filesystem);
  for (const place of places) await proveMount(context, filesystem, place);
  const subject = {
    filesystem,
    device: cell.pmem.devices[roles.test]?.kind ?? 'nvdimm',
    kernelRelease: guest.kernelRelease,
  };
  const nameOf = (test: string): string => test.slice(spec.name.length + 1);
  return {
    testTimeoutMs: ({ name }) =>
      deadlineSec({
        spec,
        usualSec: unscaled(context.usualSeconds?.(name), context.timeoutScale),
        isQuick: groupsOf(context, nameOf(name)).has('quick'),
      }) * 1000,
    async run({ name }, attempt) {
      const test = nameOf(name);
      const excluded = findRule(spec.rules, 'exclude', test, subject);
      if (excluded) return { status: 'excluded', message: describeRule(excluded) };
      const following = canHold ? (context.upcoming?.() ?? []).map(nameOf) : [];
      const result = await runXfstest(
        context,
        test,
        attempt,
        following.filter((next) => !findRule(spec.rules, 'exclude', next, subject)),
      );
      return forgiveKnown(result, findRule(spec.rules, 'known', test, subject));
    },
    forgives: ({ name }) => expectedFsErrors(groupsOf(context, nameOf(name))),
    salvage: async ({ name }, attempt) => (await keepResults(context, nameOf(name), attempt)).artifacts,
    async close() {
      await setUpStep(context, ['bash', HELD_CHECK, 'stop']);
      // TEST has been through all tests. SCRATCH has a file system of the last one's making, or no file system.
      const [test, scratch] = places;
      for (const place of [{ ...test, mkfs: [] }, scratch]) await proveMount(context, filesystem, place);
    },
  };
}

/** Brings what holds `check` between two tests; false where this tree's cannot be held. */
async function setUpHold({ guest, timeoutScale }: SuiteContext<XfstestsSuiteSpec>): Promise<boolean> {
  await guest.write(HELD_CHECK, HELD_CHECK_SCRIPT);
  await guest.write(HOLD, HOLD_SCRIPT);
  const can = await guest.exec(['bash', HELD_CHECK, 'can'], { timeoutMs: TIMEOUTS_MS.setup * timeoutScale });
  return can.exitCode === 0;
}

function unscaled(seconds: number | undefined, scale: number): number | undefined {
  return seconds === undefined ? undefined : seconds / scale;
}

function groupsOf({ spec, cell }: SuiteContext<XfstestsSuiteSpec>, test: string): ReadonlySet<string> {
  const folder = spec.tree && readCatalogue(spec.tree, cell.image).get(test.slice(0, test.indexOf('/')));
  return folder?.find(({ name }) => name === test)?.groups ?? new Set();
}

async function setUpGuest({ spec, cell, guest, timeoutScale, log }: SuiteContext<XfstestsSuiteSpec>): Promise<void> {
  const tree = spec.tree?.at === 'image' ? { TREE_PATH: spec.tree.path } : { TREE_SERIAL };
  const result = await guest.exec(['sh', '-s'], {
    stdin: SET_UP,
    env: {
      ...tree,
      DIR,
      RESULTS,
      RESULTS_SERIAL: guest.resultsDisk?.serial ?? '',
      MOUNTS: `${TEST_DIR} ${SCRATCH_MNT}`,
    },
    timeoutMs: TIMEOUTS_MS.setup * timeoutScale,
  });
  for (const line of lastLines(result.stdout).split('\n'))
    if (line !== '') log(`${cell.id}: some binaries of the tree lack ${line}`);
  if (result.exitCode === 0) return;
  const [message = 'no word of why', ...more] = lastLines(result.stderr).split('\n');
  const why = result.timedOut ? `its set-up did not end in time (the limit for setting up)` : message;
  throw new SuiteSetupError(
    `xfstests cannot run in this guest: ${why}`,
    more.join('\n'),
    result.timedOut ? 'hang' : 'infra',
  );
}
