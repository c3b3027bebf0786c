import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { findDebianSource } from '../../guests/kernels/build/debian-source.ts';
import { shortDigest } from '../../guests/store/digest.ts';
import { cacheDir } from '../../orchestrator/model/paths.ts';

/** What the kernel's own parser makes of a log. */
export interface KunitLog {
  readonly name: string;
  readonly text: string;
  /** `SUCCESS`, `FAILURE`, `SKIPPED`, `TEST_CRASHED`, `NO_TESTS` or `FAILURE_TO_PARSE_TESTS`. */
  readonly status: string;
  /** Tests without subtests, and their status. */
  readonly leaves: readonly (readonly [name: string, status: string])[];
}

/** Prints what kunit_parser.py makes of the files that are named. */
const JUDGE = `
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
import kunit_parser
def leaves(test, above):
    for sub in test.subtests:
        name = above + sub.name
        if sub.subtests: yield from leaves(sub, name + '/')
        else: yield [name, sub.status.name]
found = []
kunit_parser.stdout.print_with_timestamp = lambda *words: None
for path in sys.argv[2:]:
    with open(path, errors='replace') as lines:
        test = kunit_parser.parse_run_tests(lines.read().splitlines())
    found.append({'status': test.status.name, 'leaves': list(leaves(test, ''))})
json.dump(found, sys.stdout)
`;

/**
 * The sample logs of the kernel's tools/testing/kunit in Debian's source, unpacked into `dir`, with its parser as the
 * judge.
 */
export async function judgeKunitLogs(dir: string): Promise<readonly KunitLog[]> {
  const source = await findDebianSource(
    { kind: 'debian', package: 'linux-source-6.1', patches: [] },
    { cacheDir: cacheDir(), log: () => undefined },
  );
  const entry = readdirSync(join(cacheDir(), 'sources')).find((name) =>
    name.endsWith(`-${shortDigest(source.digest)}`),
  );
  const archive = join(cacheDir(), 'sources', entry ?? 'none', 'source.tar.xz');
  mkdirSync(dir, { recursive: true });
  await execa('tar', [
    '--extract',
    '--xz',
    '--file',
    archive,
    '--directory',
    dir,
    '--strip-components=1',
    '--wildcards',
    '*/tools/testing/kunit/*',
  ]);
  const tools = join(dir, 'tools/testing/kunit');
  const names = readdirSync(join(tools, 'test_data')).filter((name) => name.endsWith('.log'));
  const { stdout } = await execa('python3', [
    '-c',
    JUDGE,
    tools,
    ...names.map((name) => join(tools, 'test_data', name)),
  ]);
  const judged: Omit<KunitLog, 'name' | 'text'>[] = JSON.parse(stdout);
  return names.flatMap((name, index) => {
    const one = judged[index];
    return one ? [{ name, text: readFileSync(join(tools, 'test_data', name), 'utf8'), ...one }] : [];
  });
}
