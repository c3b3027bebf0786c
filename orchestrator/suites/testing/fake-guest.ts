import { writeFile } from 'node:fs/promises';
import type { ExecOptions, ExecResult, Guest } from '../../model/guest.ts';
import type { GuestDevice } from '../../model/pmem.ts';

/** What the guest answers to a command; what is left out means success without a word. */
export type Answer = Partial<ExecResult>;

export interface FakeGuest extends Guest {
  /** Each command as one line, in order. */
  readonly calls: readonly string[];
  /** The options of the last call that contained `part`. */
  optionsOf(part: string): ExecOptions | undefined;
}

/**
 * A guest made of answers: the first entry whose key occurs in the command's line answers it. A list answers call by
 * call and stays at its last. `files` are what can be downloaded.
 */
export function createFakeGuest(options: {
  readonly devices: readonly GuestDevice[];
  readonly answers?: Readonly<Record<string, Answer | readonly Answer[]>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly kernelRelease?: string;
}): FakeGuest {
  const { devices, answers = {}, files = {}, kernelRelease = '6.1.0-50-amd64' } = options;
  const calls: string[] = [];
  const seen = new Map<string, ExecOptions>();
  const counts = new Map<string, number>();

  const answer = (line: string): Answer => {
    const key = Object.keys(answers).find((part) => line.includes(part));
    if (key === undefined) return {};
    const given = answers[key];
    const list = Array.isArray(given) ? given : [given];
    const turn = counts.get(key) ?? 0;
    counts.set(key, turn + 1);
    return list[Math.min(turn, list.length - 1)] ?? {};
  };

  return {
    id: 1,
    kernelRelease,
    devices,
    calls,
    optionsOf: (part) => seen.get(calls.findLast((line) => line.includes(part)) ?? ''),
    async exec(command, execOptions = {}) {
      const line = typeof command === 'string' ? command : command.join(' ');
      calls.push(line);
      seen.set(line, execOptions);
      const result = {
        exitCode: 0,
        signal: null,
        stdout: '',
        stderr: '',
        truncated: false,
        timedOut: false,
        durationMs: 1,
        ...answer(line),
      };
      if (result.stdout !== '') execOptions.onOutput?.(Buffer.from(result.stdout), 'stdout');
      if (result.stderr !== '') execOptions.onOutput?.(Buffer.from(result.stderr), 'stderr');
      return result;
    },
    async upload(localPath, remotePath) {
      calls.push(`upload ${localPath} ${remotePath}`);
    },
    async write(remotePath) {
      calls.push(`write ${remotePath}`);
    },
    async download(remotePath, localPath) {
      const content = files[remotePath] ?? '';
      await writeFile(localPath, content);
      return { bytes: content.length, truncated: false };
    },
  };
}
