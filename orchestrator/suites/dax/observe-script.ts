import type { Seen } from '../../model/rule-text.ts';
import { lastLines } from '../../model/last-lines.ts';
import { type Observation, type RuleContext, RuleSkip, StepFailed } from '../shared/rules/rule.ts';
import { findLack } from '../shared/rules/find-lack.ts';
import { PRELUDE } from './prelude.ts';

/** Lines of a script that its failure shows. */
const EVIDENCE_LINES = 40;
/** The prelude comes through stdin, so that the test's log shows the rule's own script alone. */
const READ_PRELUDE = 'eval "$(cat)"';
const DEFAULT_TIMEOUT_MS = 50_000;

export interface ScriptOptions {
  /** Variables of the script, beside those of the device: DEVICE, NAMESPACE, REGION, KIND, CASE. */
  readonly env?: Readonly<Record<string, string>>;
  /** In ms, unscaled; absent: 50 s. */
  readonly timeoutMs?: number;
}

/**
 * Runs a rule's script in the guest and reads what it saw. Rejects with RuleSkip if it says so, and with StepFailed
 * where a step failed or it did not end in time.
 */
export async function observeScript(
  context: RuleContext,
  script: string,
  options: ScriptOptions = {},
): Promise<Observation> {
  return { saw: readSeen(await runScript(context, script, options)) };
}

/** What a rule's script printed. Rejects as {@link observeScript}. */
export async function runScript(
  { run, device, caseName, mkfsOptions, timeoutScale }: RuleContext,
  script: string,
  { env = {}, timeoutMs = DEFAULT_TIMEOUT_MS }: ScriptOptions = {},
): Promise<string> {
  const { exitCode, stdout, stderr, timedOut } = await run(`${READ_PRELUDE}\n${script.trim()}`, [], {
    stdin: PRELUDE,
    timeoutMs: timeoutMs * timeoutScale,
    env: {
      DEVICE: device.path,
      KIND: device.kind,
      NAMESPACE: device.namespace ?? '',
      REGION: device.region ?? '',
      CASE: caseName,
      ...(script.includes('mkfs_on') && (await mkfsOptions())),
      ...env,
    },
  });
  const skip = /^skip (.+)$/m.exec(stdout)?.[1];
  if (skip !== undefined) throw new RuleSkip(skip);
  if (exitCode === 0 && !timedOut) return stdout;
  const lack = script.includes('mount_on') ? await findLack(run) : undefined;
  if (lack !== undefined) throw new RuleSkip(lack);
  const how = timedOut ? 'did not end in time' : `ended with status ${exitCode ?? 'unknown'}`;
  throw new StepFailed(
    `the test's script ${how}: ${stderr.trim().split('\n').at(-1) ?? ''}`,
    lastLines(`${stdout}${stderr}`, EVIDENCE_LINES),
  );
}

/** `saw NAME = VALUE` by name: numbers, yes and no, else words. */
export function readSeen(output: string): Readonly<Record<string, Seen>> {
  const lines = Array.from(
    output.matchAll(/^saw (.+?) = (.*)$/gm),
    ([, name = '', value = '']) => [name, value] as const,
  );
  return Object.fromEntries(lines.map(([name, value]) => [name, readValue(value.trim())]));
}

function readValue(value: string): Seen {
  if (value === 'yes' || value === 'no') return value === 'yes';
  return /^-?\d+$/.test(value) ? Number(value) : value;
}
