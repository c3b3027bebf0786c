import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const PROBE_MS = 20_000;

/** QEMU and strace are both children of the controller, and so are `sleep` and strace of this shell. */
const PROBE = `sleep 60 & t=$!
strace -p $t -e trace=fsync -e inject=fsync:error=EIO 2>&1 >/dev/null | { IFS= read -r line; kill -KILL $t; printf '%s' "$line"; }`;

let known: { readonly refusal: string | undefined } | undefined;

/** Why strace cannot make the host's flushes fail here, a sentence; undefined where it can. Tried once a process. */
export function probeTracing(): string | undefined {
  known ??= { refusal: tryStrace() };
  return known.refusal;
}

function tryStrace(): string | undefined {
  const { stdout, error } = spawnSync('sh', ['-c', PROBE], {
    encoding: 'utf8',
    timeout: PROBE_MS,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'C' },
  });
  return explainProbe(error === undefined ? stdout : `strace: ${error.message}`, readScope());
}

/** `first`: the first line that strace printed; `scope`: of `kernel.yama.ptrace_scope`. */
export function explainProbe(first: string, scope: string | undefined): string | undefined {
  if (/^strace: Process \d+ attached/.test(first)) return undefined;
  if (first === '' || /strace: (?:command )?not found/.test(first)) return 'strace is not installed.';
  const words = first.replace(/^strace: /, '').replace(/\.$/, '');
  if (!first.includes('not permitted')) return `strace does not work here: ${words}.`;
  if (scope === undefined || scope === '0') return `This host does not let strace attach to QEMU: ${words}.`;
  return `This host does not let strace attach to QEMU: kernel.yama.ptrace_scope is ${scope}, and must be 0 for it.`;
}

function readScope(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'utf8').trim();
  } catch {
    return undefined;
  }
}
