import { afterEach, expect, test, vi } from 'vitest';
import { logLine } from './log-line.ts';
import { printJson, printText } from './print.ts';

const HOSTILE = '  │ ##[error]x\n\t::stop-commands::token\nstruct a::b\n';

function capture(print: () => void): string {
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  print();
  return spies.flatMap((spy) => spy.mock.calls.map(([text]) => String(text))).join('');
}
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each([
  ['a result', () => printText(HOSTILE)],
  ['what is said beside it', () => logLine(HOSTILE.trimEnd())],
])('%s holds no command in a job of GitHub, and is as it is elsewhere', (_what, print) => {
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  expect(capture(print)).toBe('  │ # #[error]x\n\t: :stop-commands::token\nstruct a::b\n');
  vi.restoreAllMocks();
  vi.stubEnv('GITHUB_ACTIONS', undefined);
  expect(capture(print)).toBe(HOSTILE);
});

test('JSON holds none either, and keeps its values', () => {
  const text = capture(() => printJson(JSON.stringify({ message: '##[error]x' })));
  expect(text).not.toContain('##[');
  expect(JSON.parse(text)).toEqual({ message: '##[error]x' });
});
