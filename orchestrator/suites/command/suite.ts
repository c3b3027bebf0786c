import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InfraError } from '../../model/errors.ts';
import type { ExecResult, Guest } from '../../model/guest.ts';
import type { CommandSuiteSpec } from '../../../matrices/suites/command.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { Suite, SuiteContext, SuiteSession } from '../../model/suite.ts';
import { describeTimeout, TIMEOUTS_MS } from '../../model/timeouts.ts';
import { isMounted } from '../shared/mkfs-command.ts';
import { type Mount, mountFilesystem } from '../shared/mount-filesystem.ts';
import { commandEnvironment } from './environment.ts';
import { fetchArtifacts } from './fetch-artifacts.ts';
import { judgeProgram } from '../shared/judge-program.ts';
import { openOutputFile } from '../shared/output-file.ts';
import { COMMAND_DIR, placeArgv, uploadTarget } from './place-program.ts';
import { TapReader } from '../shared/tap/reader.ts';

const GUEST_ARTIFACTS = '/run/pmemrig/artifacts';
/** For the last lines as evidence: TAP is read as it comes. */
const MAX_OUTPUT_BYTES = 2 ** 20;
/** Copying in, beside the command's own time, and killing it at the end of that; unscaled. */
const MARGIN_SEC = 60;
/** Copying its artifacts out, unscaled. */
const FETCH_SEC = 60;
/** Processes that a command left running. */
const MAX_LEFT_NAMED = 10;

/** The user's own program, judged by exit status as kselftest does and, where it prints TAP or KTAP, test by test. */
export const commandSuite: Suite<CommandSuiteSpec> = {
  kind: 'command',
  // Nobody knows what a reproducer leaves behind.
  needsFreshGuest: true,
  // The bare device, unless a file system is asked for: the command may write there.
  once: { isNeverImplied: true, filesystem: { onDax: 'none', elsewhere: 'none' } },
  plan: ({ spec }) => [
    { name: `${spec.name}/${basename(spec.argv[0] ?? spec.name)}`, estimateSec: Math.min(spec.timeoutSec, 30) },
  ],
  open: openCommand,
};

async function openCommand(context: SuiteContext<CommandSuiteSpec>): Promise<SuiteSession> {
  const { spec, cell } = context;
  const mount = isMounted(cell.filesystem) ? await mountFilesystem(context, cell.filesystem) : undefined;
  return {
    testTimeoutMs: () => (spec.timeoutSec + MARGIN_SEC + FETCH_SEC) * 1000,
    run: (_test, attempt) => runCommand(context, mount, attempt),
    async close() {
      await context.guest.exec(['rm', '-rf', COMMAND_DIR, GUEST_ARTIFACTS], {
        timeoutMs: TIMEOUTS_MS.setup * context.timeoutScale,
      });
      await mount?.unmount();
    },
  };
}

async function runCommand(
  context: SuiteContext<CommandSuiteSpec>,
  mount: Mount | undefined,
  attempt: number,
): Promise<TestResult> {
  const { spec, cell, guest, artifacts, timeoutScale, timeoutScaleWhy, log } = context;
  // One that is gone meanwhile is for `upload` to complain about.
  const isFolder =
    spec.upload !== undefined && ((await stat(spec.upload).catch(() => undefined))?.isDirectory() ?? false);
  await makeFreshFolders(guest);
  if (spec.upload !== undefined) await guest.upload(spec.upload, uploadTarget(spec.upload, isFolder));

  const kept = artifacts.open(`output.${attempt}.log`);
  const output = openOutputFile(kept.stream);
  const tap = new TapReader();
  let result: ExecResult;
  let outputProblem: string | undefined;
  try {
    result = await guest.exec(placeArgv(spec, isFolder), {
      cwd: COMMAND_DIR,
      env: commandEnvironment(cell, guest, { artifactDir: GUEST_ARTIFACTS, mountPath: mount?.path }),
      timeoutMs: spec.timeoutSec * timeoutScale * 1000,
      contained: true,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      onOutput: (chunk, stream) => {
        if (stream === 'stdout') tap.push(chunk);
        output.write(chunk);
      },
    });
  } finally {
    outputProblem = await output.close();
  }

  // Whatever becomes of the artifacts, the command has ended.
  const judged = judgeProgram(result, {
    timeout: describeTimeout('timeout', spec.timeoutSec, timeoutScale, timeoutScaleWhy),
    tap: tap.end(),
  });
  const { files, notes } = await fetchArtifacts({
    guest,
    remoteDir: GUEST_ARTIFACTS,
    artifacts,
    folder: `artifacts.${attempt}`,
    timeoutMs: FETCH_SEC * 1000 * timeoutScale,
  });
  const remarks = [...(outputProblem === undefined ? [] : [outputProblem]), ...notes];
  for (const remark of remarks) log(`${cell.id}: ${remark}`);
  return {
    ...nameOutput(withRemarks(withLeft(judged, result), remarks), kept.artifact),
    artifacts: [kept.artifact, ...files],
  };
}

/** What failed inside the command is shown by the command's own output, not by the guest's console. */
function nameOutput({ subtests, ...result }: TestResult, output: string): TestResult {
  return subtests
    ? {
        ...result,
        subtests: subtests.map((subtest) =>
          subtest.status === 'fail' ? Object.assign({ artifacts: [output] }, subtest) : subtest,
        ),
      }
    : result;
}

/** A command that is killed at its deadline leaves nothing: all of it was still the command. */
function withLeft(result: TestResult, { leftBehind = [], timedOut }: ExecResult): TestResult {
  if (timedOut || leftBehind.length === 0) return result;
  const more = leftBehind.length - MAX_LEFT_NAMED;
  const left = [...leftBehind.slice(0, MAX_LEFT_NAMED), ...(more > 0 ? [`and ${more} more processes`] : [])].join('; ');
  return { ...result, message: result.message === undefined ? left : `${result.message}; ${left}` };
}

function withRemarks(result: TestResult, remarks: readonly string[]): TestResult {
  if (remarks.length === 0) return result;
  const said = remarks.map((remark) => `[pmemrig: ${remark}]`).join('\n');
  return { ...result, evidence: result.evidence === undefined ? said : `${result.evidence}\n${said}` };
}

async function makeFreshFolders(guest: Guest): Promise<void> {
  const { exitCode, stderr } = await guest.exec(
    `rm -rf ${COMMAND_DIR} ${GUEST_ARTIFACTS} && mkdir -p ${COMMAND_DIR} ${GUEST_ARTIFACTS}`,
  );
  if (exitCode !== 0)
    throw new InfraError(`no folder for the command could be made in guest ${guest.id}: ${stderr.trim()}`, {
      code: 'guest-folder',
    });
}
