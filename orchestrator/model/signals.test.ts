import { expect, test } from 'vitest';
import { explainExitStatus, nameSignal } from './signals.ts';

test.each([
  [1, 'SIGHUP'],
  [5, 'SIGTRAP'],
  [6, 'SIGABRT'],
  [7, 'SIGBUS'],
  [9, 'SIGKILL'],
  [29, 'SIGIO'],
  [31, 'SIGSYS'],
  [32, 'signal 32'],
  [34, 'SIGRTMIN'],
  [36, 'SIGRTMIN+2'],
  [64, 'SIGRTMIN+30'],
])('signal %i is %s', (number, name) => expect(nameSignal(number)).toBe(name));

test.each([0, -1, 65, 128, Number.NaN])('%d is no signal', (number) => expect(nameSignal(number)).toBeUndefined());

test.each([
  [135, ' (128 + SIGBUS)'],
  [137, ' (128 + SIGKILL)'],
  [159, ' (128 + SIGSYS)'],
  [162, ' (128 + SIGRTMIN)'],
  [128, ''],
  [255, ''],
  [3, ''],
])('exit status %i means "%s"', (status, words) => expect(explainExitStatus(status)).toBe(words));
