import { CANARIES, type CanaryModule, type CanaryName } from '../../model/canary.ts';
import { describeError, GuestDeath, InfraError, SuiteSetupError } from '../../model/errors.ts';
import type { SelftestSuiteSpec } from '../../../matrices/suites/selftest.ts';
import type { SuiteContext } from '../../model/suite.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { lastLines } from '../../model/last-lines.ts';

/** The canary's control file in the guest. */
export const CONTROL = '/proc/pmemrig_canary';
const GUEST_DIR = '/run/pmemrig/selftest';
const GUEST_MODULE = `${GUEST_DIR}/pmemrig_canary.ko`;

/** Canaries that the guest's kernel has no ears for, with the option that it lacks. */
export type CanaryLacks = ReadonlyMap<CanaryName, string>;

/**
 * Loads the canary into the guest. Rejects with SuiteSetupError of status `infra`: that nothing of the rig can be
 * proven on this kernel must not look like a proof.
 */
export async function loadCanary(context: SuiteContext<SelftestSuiteSpec>): Promise<CanaryLacks> {
  const { guest, timeoutScale } = context;
  const module = await build(context);
  if (module.kind === 'impossible') throw new SuiteSetupError(`nothing can be proven: ${module.reason}`, '', 'infra');
  const timeoutMs = TIMEOUTS_MS.setup * timeoutScale;
  await guest.exec(['mkdir', '-p', GUEST_DIR], { timeoutMs });
  await guest.upload(module.path, GUEST_MODULE);
  const loaded = await guest.exec(['insmod', GUEST_MODULE], { timeoutMs });
  if (loaded.exitCode !== 0) {
    const { stdout } = await guest.exec('dmesg | tail -n 20', { timeoutMs });
    throw new SuiteSetupError(
      `nothing can be proven: the kernel refused the canary: ${lastLines(loaded.stderr, 3).trim()}`,
      stdout,
      'infra',
    );
  }
  const { stdout } = await guest.exec(['cat', CONTROL], { timeoutMs });
  return parseLacks(stdout);
}

async function build({ buildCanary }: SuiteContext<SelftestSuiteSpec>): Promise<CanaryModule> {
  try {
    return await buildCanary();
  } catch (error) {
    if (error instanceof GuestDeath || !(error instanceof InfraError)) throw error;
    // Were it thrown on, each test would boot a guest to hear of it.
    throw new SuiteSetupError(`nothing can be proven: ${describeError(error)}`, '', 'infra');
  }
}

/** Lines `abba` and `hung-task CONFIG_DETECT_HUNG_TASK`. One that is not listed is left to fail. */
function parseLacks(text: string): CanaryLacks {
  const lacks = new Map<CanaryName, string>();
  for (const line of text.split('\n')) {
    const [word, option] = line.trim().split(' ');
    const name = CANARIES.find((canary) => canary === word);
    if (name !== undefined && option !== undefined && /^CONFIG_\w+$/.test(option)) lacks.set(name, option);
  }
  return lacks;
}
