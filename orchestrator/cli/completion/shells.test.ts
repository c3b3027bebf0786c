import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findCommand } from '../../host/find-command.ts';
import { PACKAGE_ROOT } from '../../model/package-root.ts';
import { program } from '../program.ts';
import { completeLine } from './complete-line.ts';
import { SCRIPTS } from './scripts.ts';

/** What each shell is started by, and what it reads first. */
const SHELLS = {
  bash: {
    command: 'bash --noprofile --rcfile ../rc -i',
    rc: 'rc',
    text: `PS1='rea''dy> '\nset -u\n${SCRIPTS.bash}${SCRIPTS.bash}`,
  },
  zsh: {
    command: 'zsh -d -i',
    rc: '.zshrc',
    text: `PS1='rea''dy> '\nautoload -Uz compinit; compinit -D -u\n${SCRIPTS.zsh}`,
  },
  fish: {
    command: 'fish --private',
    rc: 'fish/config.fish',
    text: `function fish_prompt; echo -n 'rea''dy> '; end\nfunction fish_greeting; end\n${SCRIPTS.fish}`,
  },
} as const;

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-shells-'));
const home = join(dir, 'home');
const work = join(home, 'work');
const command = join(dir, 'bin/pmemrig');
/** The answers, without a new Node that loads the sources at each TAB. */
const server = createServer((socket) => {
  socket.once('data', (line) => void completeLine(program, line.toString()).then((answer) => socket.end(answer)));
});
/** A `pmemrig` that completes by the real code, prints its arguments otherwise, and fails on request. */
const COMMAND = `#!/bin/sh
case "$*" in *broken*) echo wrecked >&2; exit 3 ;; esac
[ "$1" != complete ] || exec ${process.execPath} -e '
  require("net").connect("${join(dir, 'socket')}").on("data", (part) => process.stdout.write(part)).write(process.argv.at(-1))
' "$@"
printf 'ty''ped:'; printf '<%s>' "$@"; echo
`;

beforeAll(() => {
  const run = join(home, 'runs/20261201-010101-nightly-aaaa');
  // Where fish finds this folder, it does not read all man pages of the host first.
  for (const folder of [join(dir, 'bin'), join(home, 'fish/generated_completions'), join(work, 'matrices'), run])
    mkdirSync(folder, { recursive: true });
  writeFileSync(join(run, 'events.jsonl'), '');
  for (const name of ['nightly.yaml', 'nightly.txt', 'my linux.deb']) writeFileSync(join(work, name), '');
  for (const { rc, text } of Object.values(SHELLS)) writeFileSync(join(home, rc), text);
  writeFileSync(command, COMMAND, { mode: 0o755 });
  vi.stubEnv('PMEMRIG_RUNS', join(home, 'runs'));
  server.listen(join(dir, 'socket'));
});

afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(dir, { recursive: true });
});

/** Types lines into a shell on a terminal, each when it is ready for it: the words of each line, and all that was shown. */
async function typeInto(shell: keyof typeof SHELLS, lines: readonly string[]) {
  const { PATH = '' } = process.env;
  const env = {
    PATH: `${join(dir, 'bin')}:${PATH}`,
    HOME: home,
    ZDOTDIR: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
  };
  const child = spawn('script', ['--quiet', '--command', SHELLS[shell].command, '/dev/null'], {
    cwd: work,
    env: { ...env, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
  });
  const left = [...lines, 'exit'];
  let shown = '';
  let prompts = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const now = shown.split('\n').filter((line) => line.includes('ready> ')).length;
    if (now > prompts) child.stdin.write(`${left.shift() ?? 'exit'}\r`);
    prompts = now;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return { typed: [...shown.matchAll(/typed:(.*?)\r?\n/g)].map(([, words]) => words?.trimEnd()), shown };
}

describe.each(['bash', 'zsh', 'fish'] as const)('%s', (shell) => {
  const has = findCommand(shell) !== undefined;
  const why = has ? '' : ` (skipped: no ${shell} on this host)`;

  test.skipIf(!has)(`at TAB words become what they can be, in a terminal${why}`, { timeout: 60_000 }, async () => {
    const { typed, shown } = await typeInto(shell, [
      'pmemrig self\t',
      'pmemrig once --pmem nvdimm,virtio-p\t',
      'pmemrig once --pmem=virtio-p\t',
      'pmemrig report 2026\t',
      'pmemrig run night\t',
      'pmemrig run mat\t',
      'pmemrig once --kernel my\t',
      'pmemrig once --filter "*/a b" --kee\t',
      // Ctrl-U: the line is not run.
      'pmemrig once --filter "$(touch stray)" --kee\t\u0015',
      'pmemrig broken \t',
    ]);
    expect(typed).toEqual([
      '<selftest>',
      '<once><--pmem><nvdimm,virtio-pmem>',
      '<once><--pmem=virtio-pmem>',
      '<report><20261201-010101-nightly-aaaa>',
      '<run><nightly.yaml>',
      // Zsh takes the slash back at Enter.
      expect.stringMatching(/^<run><matrices\/?>$/) as string,
      '<once><--kernel><my linux.deb>',
      '<once><--filter><*/a b><--keep-guest>',
    ]);
    // Once, as it was run: the TAB showed nothing of it.
    expect(shown.match(/wrecked/g)).toHaveLength(1);
    expect(shown).not.toMatch(/not found|error|readonly|unbound/i);
    expect(readdirSync(work).toSorted()).toEqual(['matrices', 'my linux.deb', 'nightly.txt', 'nightly.yaml']);
  });
});

test('the command itself is silent where nothing can be read', { timeout: 60_000 }, async () => {
  const loader = join(PACKAGE_ROOT, 'orchestrator/testing/run-typescript.mjs');
  const argv = ['--import', loader, join(PACKAGE_ROOT, 'orchestrator/cli.ts'), 'complete', '--'];
  mkdirSync(join(home, 'broken/pmemrig'), { recursive: true });
  writeFileSync(join(home, 'broken/pmemrig/config.yaml'), 'runs: [');
  const env = {
    PMEMRIG_CACHE: '/dev/null',
    PMEMRIG_RUNS: '',
    PMEMRIG_NO_CONFIG: '',
    XDG_CONFIG_HOME: join(home, 'broken'),
  };
  for (const [line, stdout] of [
    ['pmemrig report ', ''],
    ['pmemrig kernel show ', 'none\t'],
  ]) {
    const { exitCode, stderr, ...answer } = await execa(process.execPath, [...argv, line ?? ''], {
      cwd: work,
      env,
      reject: false,
    });
    expect({ exitCode, stderr, stdout: answer.stdout }).toEqual({ exitCode: 0, stderr: '', stdout });
  }
});
