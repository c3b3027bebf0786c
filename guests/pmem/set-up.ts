import { InfraError } from '../../orchestrator/model/errors.ts';
import type { ExecOptions, ExecResult } from '../../orchestrator/model/guest.ts';
import type { GuestDevice, PmemDevice } from '../../orchestrator/model/pmem.ts';
import { composeCreateScript } from './create-namespaces.ts';
import type { ExpectedDevice } from './expected-device.ts';
import { composeSurveyScript, parseSurvey, type Survey } from './survey.ts';
import { planNamespaces, verifyDevices } from './verify.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/** How the rest of a guest looks to whoever sets up its pmem. */
interface SetUpOptions {
  readonly timeoutMs: number;
  /** Whether a device's namespace is made anew; else one that is not there is a problem. Absent: of all. */
  readonly mayMake?: (device: PmemDevice) => boolean;
  /** Calls the guest stalled, with its stacks, and rejects with that death. */
  readonly stall: (reason: string) => Promise<never>;
}

type Exec = (command: string, options: ExecOptions) => Promise<ExecResult>;

export interface PmemSetUp {
  /** Those that are as asked, in the topology's order. */
  readonly devices: readonly GuestDevice[];
  /** A sentence for each that is not; then the kernel's own lines on the matter. */
  readonly problems: readonly string[];
}

/** Every healthy e820 and virtio-pmem namespace is "unable to guarantee persistence": no news. */
const KERNEL_WORDS_SCRIPT = `dmesg | grep -iE 'pmem|nfit|nd_|dax|btt|libnvdimm' | grep -iE 'fail|error|misalign|unable|invalid|refus' | grep -v 'unable to guarantee persistence' | tail -n 5`;

/**
 * Brings a booted guest's devices into the modes that the topology asks for and checks size, mode and DAX of each. A
 * guest that does not end it in time has stalled: the kernel hangs in the very drivers that are to be tested. Few round
 * trips: one to look, one to reshape and look again. One more only asks the kernel why something is wrong.
 */
export async function setUpPmem(
  exec: Exec,
  expected: readonly ExpectedDevice[],
  { mayMake = () => true, stall, timeoutMs }: SetUpOptions,
): Promise<PmemSetUp> {
  const look = async (prelude = ''): Promise<Survey> => {
    const { exitCode, stderr, stdout, timedOut } = await exec(`${prelude}\n${composeSurveyScript()}`, { timeoutMs });
    if (timedOut)
      return stall(`setting up the pmem did not end within ${timeoutMs / 1000} s (the limit for setting up)`);
    try {
      return parseSurvey(stdout);
    } catch (error) {
      const said = [`exit status ${String(exitCode)}`, ...(await askVersion()), stderr.trim()]
        .filter((text) => text !== '')
        .join(', ');
      throw new InfraError(
        `what ndctl lists of the guest's pmem devices cannot be read (${said}): ${messageOf(error)}`,
        { code: 'pmem-setup', cause: error },
      );
    }
  };
  const askVersion = async (): Promise<string[]> => {
    const { exitCode, stdout } = await exec('ndctl --version', { timeoutMs });
    return exitCode === 0 && stdout.trim() !== '' ? [`ndctl ${stdout.trim()}`] : [];
  };
  const found = await look();
  const requests = found.hasNdctl
    ? planNamespaces(
        expected.filter(({ device }) => mayMake(device)),
        found,
      )
    : [];
  const survey = requests.length === 0 ? found : await look(composeCreateScript(requests));
  const { devices, problems } = verifyDevices(expected, survey);
  if (problems.length === 0) return { devices, problems };
  const words = await exec(KERNEL_WORDS_SCRIPT, { timeoutMs });
  const version = hasUnread(survey)
    ? (await askVersion()).map((text) => `the list is that of the guest's ${text}`)
    : [];
  return {
    devices,
    problems: [
      ...problems,
      ...version,
      ...words.stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => `the kernel says: ${line}`),
    ],
  };
}

function hasUnread({ regions, strays }: Survey): boolean {
  return strays.length > 0 || regions.some(({ namespace }) => namespace !== undefined && 'unread' in namespace);
}
