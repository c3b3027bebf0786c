import { GuestDeath, InfraError, UserError } from '../../model/errors.ts';
import type { Guest } from '../../model/guest.ts';
import type { DurableImage, FlushWatch } from '../../model/host-faults.ts';
import type { PowerOn } from '../../model/host-control.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import { oneLine } from '../shared/one-line.ts';
import type { Request } from './channel/requests.ts';
import type { MachineState } from './machine-state.ts';
import { OutputTail } from './output-tail.ts';

const MAX_SHOWN_CHARS = 300;
/** Of each stream of a command. */
const MAX_OUTPUT_BYTES = 4 * 2 ** 20;

/** What a scenario may run into on its own, and may catch. Any other InfraError is the rig's, and ends it. */
const SCENARIOS_OWN: ReadonlySet<string> = new Set([
  'guest-off',
  'guest-on',
  'guest-reset',
  'guest-paused',
  'device-refused',
  'no-device',
  'fault-refused',
]);

/** The scenario itself has switched the guest off or reset it while a command ran. */
const ENDED_BY_SWITCH: ReadonlySet<string> = new Set(['guest-off', 'guest-reset']);

interface AnswerOptions {
  readonly guest: Guest;
  readonly machine: MachineState;
  /** A line on what was asked of the guest, for the output that is kept. */
  readonly note: (line: string) => void;
  /** The kernel may report it, for the scenario brings it about. */
  readonly onAllowedProblem: (problem: KnownProblem) => void;
  /** What ended the scenario, in its own words. */
  readonly onThrew: (message: string) => void;
  /** An error that is not the scenario's: the guest's death, or the rig's. */
  readonly onFatal: (error: Error) => void;
  /** A command begins or ends in the guest. */
  readonly onCommand: (shown: string, isRunning: boolean) => void;
}

/** Carries out what a scenario asks for. Rejects with what it may catch. */
export function answerRequests(options: AnswerOptions): (request: Request) => Promise<unknown> {
  return async (request) => {
    try {
      return await answer(request, options);
    } catch (error) {
      const isFatal = error instanceof GuestDeath || (error instanceof InfraError && !SCENARIOS_OWN.has(error.code));
      if (isFatal || !(error instanceof InfraError || error instanceof UserError))
        options.onFatal(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
}

async function answer(request: Request, options: AnswerOptions): Promise<unknown> {
  const { guest, machine, note } = options;
  const { host } = machine;
  const booted = ({ problems }: PowerOn) => ({ problems, devices: guest.devices });
  if (request.do !== 'exec' && request.do !== 'threw') note(`guest: ${request.do}`);
  switch (request.do) {
    case 'exec':
      return runCommand(request, options);
    case 'upload':
      return guest.upload(request.from, request.to);
    case 'download':
      return void (await guest.download(request.from, request.to));
    case 'write':
      return guest.write(request.path, request.text, request.mode);
    case 'kill':
      return host.kill();
    case 'power-on':
      return booted(await host.powerOn());
    case 'power-cycle':
      return booted(await host.powerCycle());
    case 'reset':
      return booted(await host.reset());
    case 'pause':
      return host.pause();
    case 'resume':
      return host.resume();
    case 'plug':
      return host.plug(request.device);
    case 'unplug':
      return host.unplug(request.device);
    case 'attach-fault':
      await host.faults.attach(request.fault);
      return machine.watches.length - 1;
    case 'keep-durable':
      await host.keepDurable(request.device);
      return machine.images.length - 1;
    case 'count-durable':
      return imageOf(machine, request.image).flushes;
    case 'end-durable':
      return imageOf(machine, request.image)[Symbol.asyncDispose]();
    case 'lose-power':
      return host.losePower();
    case 'list-flushes':
      return watchOf(machine, request.watch).flushes();
    case 'detach-fault':
      return watchOf(machine, request.watch).detach();
    case 'allow-problem':
      return options.onAllowedProblem({ signature: request.signature, reason: request.reason });
    case 'threw':
      return options.onThrew(request.message);
    default:
      return request satisfies never;
  }
}

function imageOf({ images }: MachineState, index: number): DurableImage {
  const image = images[index];
  if (image === undefined) throw new InfraError('there is no such durable image', { code: 'no-device' });
  return image;
}

function watchOf({ watches }: MachineState, index: number): FlushWatch {
  const watch = watches[index];
  if (watch === undefined) throw new InfraError('there is no such watch of the host’s flushes', { code: 'no-device' });
  return watch;
}

async function runCommand(
  { command, shown, cwd, env, input, timeoutMs }: Extract<Request, { do: 'exec' }>,
  { guest, note, onCommand }: AnswerOptions,
): Promise<unknown> {
  const line = `guest $ ${oneLine(shown, MAX_SHOWN_CHARS)}`;
  note(line);
  onCommand(line, true);
  const startedAt = performance.now();
  const tails = { stdout: new OutputTail(), stderr: new OutputTail() };
  try {
    const result = await guest.exec(['bash', '-c', command], {
      maxOutputBytes: MAX_OUTPUT_BYTES,
      onOutput: (chunk, stream) => tails[stream].push(chunk),
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env }),
      ...(input !== undefined && { stdin: input }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    const { exitCode, signal, stdout, stderr, timedOut, durationMs } = result;
    if (exitCode !== 0) note(`${line}: ${timedOut ? 'timed out' : `exit status ${String(exitCode)}`}`);
    return { exitCode, signal, stdout, stderr, timedOut, durationMs };
  } catch (error) {
    if (!(error instanceof InfraError && ENDED_BY_SWITCH.has(error.code))) throw error;
    note(`${line}: ended with its boot`);
    return {
      // What it had printed by then is what it had acknowledged.
      endedBy: { code: error.code, message: error.message },
      exitCode: null,
      signal: null,
      stdout: tails.stdout.text(),
      stderr: tails.stderr.text(),
      timedOut: false,
      durationMs: performance.now() - startedAt,
    };
  } finally {
    onCommand(line, false);
  }
}
