import { constants } from 'node:os';

/** glibc keeps the two below for itself. */
const FIRST_REAL_TIME = 34;
const LAST = 64;
/** Older names of the same numbers. */
const ALIASES: ReadonlySet<string> = new Set(['SIGIOT', 'SIGPOLL', 'SIGUNUSED']);

/** Linux's numbers, the same on x86 and ARM. */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals).flatMap(([name, number]) => (ALIASES.has(name) ? [] : [[number, name] as const])),
);

/** `SIGBUS` for 7, `SIGRTMIN+2` for 36; `undefined` for a number that is no signal. */
export function nameSignal(number: number): string | undefined {
  if (!Number.isInteger(number) || number < 1 || number > LAST) return undefined;
  if (number >= FIRST_REAL_TIME)
    return number === FIRST_REAL_TIME ? 'SIGRTMIN' : `SIGRTMIN+${number - FIRST_REAL_TIME}`;
  return NAMES.get(number) ?? `signal ${number}`;
}

/** What a shell means by an exit status above 128: ` (128 + SIGBUS)`; empty for one that stands for no signal. */
export function explainExitStatus(exitCode: number): string {
  const name = nameSignal(exitCode - 128);
  return name === undefined ? '' : ` (128 + ${name})`;
}
