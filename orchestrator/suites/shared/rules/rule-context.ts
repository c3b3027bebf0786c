import type { ExecOptions, ExecResult } from '../../../model/guest.ts';
import { InfraError } from '../../../model/errors.ts';
import { lastLines } from '../../../model/last-lines.ts';
import { quoteWord } from '../../../model/quote-word.ts';
import type { GuestDevice } from '../../../model/pmem.ts';
import type { RuleSabotage } from '../../../model/rule-text.ts';
import type { SuiteContext } from '../../../model/suite.ts';
import { TIMEOUTS_MS } from '../../../model/timeouts.ts';
import type { RuleSuiteSpec } from '../../../../matrices/suites/rule-suite.ts';
import { mkfsCommand } from '../mkfs-command.ts';
import { findLack } from './find-lack.ts';
import type { FitMkfs } from './fit-mkfs.ts';
import type { RuleLog } from './rule-log.ts';
import { sabotageHost } from './sabotage.ts';
import { type MountRequest, type RuleContext, type RuleMount, RuleSkip, StepFailed } from './rule.ts';

/** In the guest, on tmpfs: gone with each boot. */
export const TOOL_PATH = '/run/pmemrig/pmemcheck';
const MOUNTS = '/mnt/pmemrig-rules';
/** Lines of a step's output that its failure shows. */
const EVIDENCE_LINES = 40;

/** Whatever the test left: mounts, maps, background processes of its own. */
export const CLEAN_UP = `
for mount in $(awk '$2 ~ "^${MOUNTS}/" { print $2 }' /proc/mounts | tac); do umount "$mount" || umount -l "$mount"; done
command -v dmsetup > /dev/null && dmsetup remove_all
true`;

/** What makes the program in the guest do otherwise. */
const SABOTAGE_ENV: Partial<Record<RuleSabotage, Readonly<Record<string, string>>>> = {
  'no-sync': { PMEMCHECK_NO_SYNC: '1' },
  'no-fault': { PMEMCHECK_NO_FAULT: '1' },
};

interface Parts {
  readonly caseName: string;
  readonly sabotage: RuleSabotage | undefined;
  readonly log: RuleLog;
  readonly fitMkfs: FitMkfs;
}

/** What a rule works with, and how the guest is cleaned afterwards. */
export function createRuleContext(
  context: SuiteContext<RuleSuiteSpec<string>>,
  { caseName, sabotage, log, fitMkfs }: Parts,
): { readonly context: RuleContext; readonly cleanUp: () => Promise<void> } {
  const { guest, host, timeoutScale } = context;
  const [firstSeen] = guest.devices;
  if (firstSeen === undefined) throw new InfraError('the guest has no device to test', { code: 'no-device' });
  if (host === undefined) throw new InfraError('the suite was given no switches of the machine', { code: 'no-host' });
  const env: Readonly<Record<string, string>> =
    sabotage === undefined ? {} : { ...SABOTAGE_ENV[sabotage], PMEMRIG_SABOTAGE: sabotage };
  let mounts = 0;
  /** A boot may name it otherwise, where a test has plugged a further one in; one that a boot does not find keeps its name. */
  const device = (): GuestDevice => guest.devices[0] ?? firstSeen;

  const run = async (script: string, args: readonly string[] = [], options: ExecOptions = {}): Promise<ExecResult> => {
    log.add(`$ ${script.trim()}${args.length === 0 ? '' : `   # ${args.join(' ')}`}`);
    const result = await guest.exec(['sh', '-c', script, 'sh', ...args], {
      ...options,
      env: { ...env, ...options.env },
    });
    const { stdout, stderr, exitCode } = result;
    for (const text of [stdout, stderr]) if (text !== '') log.add(text.trimEnd());
    if (exitCode !== 0) log.add(`exit status ${exitCode ?? 'unknown'}`);
    return result;
  };
  const must: RuleContext['must'] = async (script, args, options) => {
    const { exitCode, stdout, stderr, timedOut } = await run(script, args, options);
    if (exitCode === 0 && !timedOut) return stdout;
    const line = script.trim().split('\n').at(-1) ?? '';
    const how = timedOut ? 'did not end in time' : `ended with status ${exitCode ?? 'unknown'}`;
    throw new StepFailed(
      `a step of the test failed in the guest: \`${line}\` ${how}`,
      lastLines(`${stdout}${stderr}`, EVIDENCE_LINES),
    );
  };
  const tool = async (): Promise<string> => {
    const there = await guest.exec(
      `mkdir -p ${TOOL_PATH.slice(0, TOOL_PATH.lastIndexOf('/'))} && test -x ${TOOL_PATH}`,
    );
    if (there.exitCode === 0) return TOOL_PATH;
    const built = await context.buildGuestTool();
    if (built.kind === 'impossible') throw new RuleSkip(`the test's own program cannot be built: ${built.reason}`);
    await guest.upload(built.path, TOOL_PATH);
    return TOOL_PATH;
  };
  const mount = async ({ type, options = 'dax=always', keep }: MountRequest): Promise<RuleMount> => {
    const mountOptions = sabotage === 'never-dax' ? 'dax=never' : options;
    const path = `${MOUNTS}/${(mounts += 1)}`;
    if (keep !== true)
      await must(
        mkfsCommand(await fitMkfs(type, mountOptions), device().path)
          .map(quoteWord)
          .join(' '),
      );
    const words = mountOptions === '' ? '' : `-o ${mountOptions} `;
    try {
      await must(`mkdir -p ${path} && mount -t ${type} ${words}"$1" ${path}`, [device().path]);
    } catch (error) {
      const lack = error instanceof StepFailed ? await findLack(run, type) : undefined;
      throw lack === undefined ? error : new RuleSkip(lack);
    }
    return { path, unmount: async () => void (await must(`umount ${path}`)) };
  };
  /** The words that a type's mkfs needs here. */
  const wordsFor = async (type: 'ext4' | 'xfs'): Promise<string> =>
    (await fitMkfs(type, 'dax=always')).mkfsOptions.map(quoteWord).join(' ');
  const mkfsOptions = async (): Promise<Readonly<Record<string, string>>> => ({
    MKFS_EXT4: await wordsFor('ext4'),
    MKFS_XFS: await wordsFor('xfs'),
  });
  const cleanUp = async (): Promise<void> => {
    await guest.exec(['sh', '-c', CLEAN_UP], { timeoutMs: TIMEOUTS_MS.setup * timeoutScale });
  };
  return {
    context: {
      guest,
      host: sabotageHost(host, sabotage),
      get device() {
        return device();
      },
      caseName,
      timeoutScale,
      env,
      run,
      must,
      tool,
      mount,
      mkfsOptions,
      note: log.add,
    },
    cleanUp,
  };
}
