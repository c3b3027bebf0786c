import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterEach, expect, test } from 'vitest';
import { type CheckVerdict, parseCheck } from './parse-check.ts';

const SCRIPTS = join(import.meta.dirname, 'guest');

/** What the scripts count on: how a harness reads its options, calls the logger, counts, and ends. */
const CHECK = `#!/bin/bash
echo start >> "$HERE/starts"
[ "$1" = --exact-order ] && shift
. "$HOST_OPTIONS"
failed() { [ \${#bad[*]} -gt 0 ] && echo "Failures: \${bad[*]}" && echo "Failed \${#bad[*]} of \${#try[*]} tests" || echo "Passed all \${#try[*]} tests"; }
trap 'echo "Ran: \${try[*]}"; [ -n "$over" ] || echo "Interrupted!"; [ -z "\${notrun[*]}" ] || echo "Not run: \${notrun[*]}"; failed; exit $status' 0
status=0
echo "FSTYP         -- $FSTYP"
echo
for one; do
	printf '%-12s ' "$one"
	try+=("$one")
	mkdir -p "$HERE/results/\${one%/*}"
	$LOGGER_PROG "run xfstest $one"
	echo "$one" >> "$HERE/ran"
	said=$(bash "$HERE/tree/tests/$one")
	case $said in
	skip*) notrun+=("$one"); echo "[not run] $said" ;;
	fail*) bad+=("$one"); echo "- output mismatch (see x)"; echo "$said" ;;
	die*) trap - 0; exit 3 ;;
	*) echo " 1s" ;;
	esac
done
[ -z "\${bad[*]}" ] || status=1
over=yes
`;

const stops: (() => unknown)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function world(tests: Readonly<Record<string, string>>, check = CHECK) {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-held-'));
  for (const folder of ['held', 'results', 'tree/tests/generic']) mkdirSync(join(dir, folder), { recursive: true });
  for (const script of ['hold.sh', 'held-check.sh']) copyFileSync(join(SCRIPTS, script), join(dir, script));
  writeFileSync(join(dir, 'host-options'), 'export FSTYP=ext4\n');
  writeFileSync(join(dir, 'tree/check'), check, { mode: 0o755 });
  for (const [name, script] of Object.entries(tests)) writeFileSync(join(dir, 'tree/tests', name), script);
  const call = (...words: readonly string[]) =>
    execaSync('bash', [join(dir, 'held-check.sh'), ...words], { reject: false, env: { HERE: dir }, timeout: 20_000 });
  stops.push(() => call('stop'));
  const lines = (name: string): readonly string[] =>
    existsSync(join(dir, name)) ? readFileSync(join(dir, name), 'utf8').trim().split('\n') : [];
  return {
    dir,
    call,
    run: (...names: readonly string[]): CheckVerdict & { readonly exitCode: number | undefined } => {
      const { stdout, exitCode } = call('run', ...names);
      return { ...parseCheck(names[0] ?? '', `${stdout}\n`), exitCode };
    },
    ran: () => lines('ran'),
    starts: () => lines('starts').length,
  };
}

const [A, B, C] = ['generic/001', 'generic/002', 'generic/003'] as const;
const PASS = { kind: 'pass', exitCode: 0 };

test('one start serves all tests, and each runs only when it is asked for', () => {
  const { run, ran, starts } = world({ [A]: 'echo fine', [B]: 'echo "skip: no DAX"', [C]: 'echo fine' });
  expect(run(A, B, C)).toEqual(PASS);
  expect(ran()).toEqual([A]);
  expect(run(B, C)).toEqual({ kind: 'notrun', reason: 'skip: no DAX', exitCode: 0 });
  expect(ran()).toEqual([A, B]);
  expect(run(C)).toEqual(PASS);
  expect([ran(), starts()]).toEqual([[A, B, C], 1]);
});

test('what it says of a test is what it says when it is started for that test alone', () => {
  const { call } = world({ [A]: 'echo fine', [B]: 'echo fine' });
  const [first, second] = [call('run', A, B), call('run', B)].map(({ stdout }) => stdout.split('\n'));
  expect(first?.slice(0, 3)).toEqual(['FSTYP         -- ext4', '', 'generic/001  1s']);
  expect(second?.slice(0, 3)).toEqual(['FSTYP         -- ext4', '', 'generic/002  1s']);
});

test('after a failure the next test gets a start of its own', () => {
  const { run, starts } = world({ [A]: 'echo "fail: bad"', [B]: 'echo fine', [C]: 'echo fine' });
  expect(run(A, B, C)).toMatchObject({ kind: 'fail', why: 'output mismatch', details: ['fail: bad'] });
  expect(run(B, C)).toEqual(PASS);
  expect(run(C)).toEqual(PASS);
  expect(starts()).toBe(2);
});

test('another test than the one before which it stands gets a start of its own', () => {
  const { run, ran, starts } = world({ [A]: 'echo fine', [B]: 'echo fine', [C]: 'echo fine' });
  run(A, B, C);
  expect(run(C)).toEqual(PASS);
  expect([ran(), starts()]).toEqual([[A, C], 2]);
});

test('a harness that ends in the middle of a test gives no result, and is started again', () => {
  const { run, starts } = world({ [A]: 'echo die', [B]: 'echo fine' });
  expect(run(A, B)).toMatchObject({ kind: 'none', exitCode: 3 });
  expect(run(B)).toEqual(PASS);
  expect(starts()).toBe(2);
});

test('a test without a file is said to be missing, and is no part of a list', () => {
  const { run, ran } = world({ [A]: 'echo fine', [C]: 'echo fine' });
  expect(run(A, B, C)).toEqual(PASS);
  expect(run(B, C)).toMatchObject({ kind: 'none', why: "the test's file is not in the tree" });
  expect(run(C)).toEqual(PASS);
  expect(ran()).toEqual([A, C]);
});

test('what a test left on the results disk is gone when the next one begins', () => {
  const { run, dir } = world({ [A]: 'touch "$HERE/results/generic/001.full"', [B]: 'ls "$HERE/results/generic" >&2' });
  run(A, B);
  expect(readdirSync(join(dir, 'results/generic'))).toEqual(['001.full']);
  run(B);
  expect(readdirSync(join(dir, 'results/generic'))).toEqual([]);
});

test('it is ended between two tests, once', () => {
  const { run, call, ran, dir } = world({ [A]: 'echo fine', [B]: 'echo fine' });
  run(A, B);
  expect([call('stop').exitCode, call('stop').exitCode]).toEqual([0, 0]);
  expect(ran()).toEqual([A]);
  expect(readFileSync(join(dir, 'held/said'), 'utf8')).toContain('Interrupted!');
});

test('a harness that never calls the logger cannot be held: it runs one test a call', () => {
  const { call, run, ran } = world({ [A]: 'echo fine', [B]: 'echo fine' }, CHECK.replace(/^\t\$LOGGER_PROG.*\n/m, ''));
  expect(call('can').exitCode).toBe(1);
  expect(run(A)).toEqual(PASS);
  expect(run(B)).toEqual(PASS);
  expect(ran()).toEqual([A, B]);
  expect(world({}).call('can').exitCode).toBe(0);
});
