import type { ExecOptions, ExecResult } from '../../orchestrator/model/guest.ts';
import type { GuestDevice } from '../../orchestrator/model/pmem.ts';
import type { ExpectedDevice } from './expected-device.ts';

export async function setUpPmem(
  exec: (command: string, options: ExecOptions) => Promise<ExecResult>,
  expected: readonly ExpectedDevice[],
  options: { readonly timeoutMs: number },
): Promise<{ readonly devices: readonly GuestDevice[]; readonly problems: readonly string[] }> {
  void exec; void expected; void options;
  return { devices: [], problems: [] };
}
