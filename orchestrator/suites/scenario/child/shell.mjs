/** `` guest.$`…` ``: a command in the guest, with the quoting and the errors of zx. */
import { ProcessOutput, quote } from 'zx';
import { GuestError } from './channel.mjs';
import { readDuration, readOptions } from './units.mjs';

const SHELL_OPTIONS = ['cwd', 'env', 'input', 'timeout', 'nothrow', 'prefix', 'quiet'];

/** `$` of a guest. `$({ … })` gives one with other settings. */
export function createShell(channel, defaults = {}) {
  return (first, ...args) => {
    if (!Array.isArray(first))
      return createShell(channel, { ...defaults, ...readOptions('guest.$', first, SHELL_OPTIONS) });
    const command = first.map((piece, index) => (index < args.length ? piece + word(args[index]) : piece)).join('');
    return startCommand({ channel, command, from: callerOf(new Error().stack) }, defaults);
  };
}

/** As zx does it: a list is several words, and an earlier output stands for what it printed. */
function word(value) {
  if (Array.isArray(value)) return value.map(word).join(' ');
  return quote(typeof value?.stdout === 'string' ? value.stdout.replace(/\n$/, '') : `${value}`);
}

/** A promise of the output, to which zx's settings can be chained. */
class GuestCommand extends Promise {
  /** Settings that were chained. */
  chosen = {};

  /** `then` gives plain promises. */
  static get [Symbol.species]() {
    return Promise;
  }

  /** A non-zero exit is an output then, too. */
  nothrow(nothrow = true) {
    this.chosen.nothrow = nothrow;
    return this;
  }

  /** There for those who know zx: nothing is printed anyway. */
  quiet() {
    return this;
  }

  /** Kills the command after so long: `5s`, or ms. */
  timeout(timeout) {
    this.chosen.timeout = timeout;
    return this;
  }

  text() {
    return this.then((output) => output.text());
  }

  json() {
    return this.then((output) => output.json());
  }

  lines() {
    return this.then((output) => output.lines());
  }

  get exitCode() {
    return this.then(
      (output) => output.exitCode,
      (error) => {
        if (error instanceof ProcessOutput) return error.exitCode;
        throw error;
      },
    );
  }
}

/** Begins once what is chained to it has been said, and settles as a promise of zx does. */
function startCommand(task, defaults) {
  const command = new GuestCommand((resolve, reject) => {
    process.nextTick(() => {
      const options = { ...defaults, ...command.chosen };
      runCommand(task, options).then(resolve, (error) => {
        // The scenario itself has ended it, and need not look.
        if (error.output !== undefined) command.catch(() => undefined);
        reject(error);
      });
    });
  });
  return command;
}

async function runCommand({ channel, command, from }, options) {
  const { nothrow = false, timeout, cwd, env, input, prefix = 'set -euo pipefail;' } = options;
  const result = await channel.ask({
    do: 'exec',
    command: `${prefix} ${command}`,
    shown: command,
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env }),
    ...(input !== undefined && { input: String(input) }),
    ...(timeout !== undefined && { timeoutMs: readDuration(timeout) }),
  });
  const output = toOutput(result, from);
  const { endedBy, timedOut } = result;
  if (timedOut) explain(output, `timed out, and was killed: ${command}\n    at ${from}`);
  if (endedBy !== undefined) {
    explain(output, endedBy.message);
    if (!nothrow) throw Object.assign(new GuestError(endedBy), { output });
  }
  if (output.exitCode === 0 || nothrow) return output;
  throw output;
}

function toOutput({ exitCode, signal, stdout, stderr, durationMs }, from) {
  const store = { stdout: [stdout], stderr: [stderr], stdall: [stdout, stderr] };
  return new ProcessOutput({ code: exitCode, signal, duration: durationMs, store, from });
}

/** zx makes the message of exit status and output. */
function explain(output, message) {
  Object.defineProperty(output, 'message', { value: message });
}

/** Where in the scenario a command stands. */
function callerOf(stack = '') {
  const line = stack.split('\n').find((text) => /^\s+at /.test(text) && !text.includes('/scenario/child/')) ?? '';
  return line.trim().replace(/^at /, '');
}
