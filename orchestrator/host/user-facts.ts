import { userInfo } from 'node:os';
import { execa } from 'execa';
import { inUserNamespace } from '../../guests/store/user-namespace.ts';
import { findCommand, withSystemFolders } from './find-command.ts';
import { countSubordinateIds } from './parse-facts.ts';
import { readIfThere } from './read-if-there.ts';

/** Who runs the rig, and what that user may do. */
export interface UserFacts {
  readonly name: string;
  readonly isRoot: boolean;
  /** Whether this user can become root: `none` for want of sudo, and for root. */
  readonly sudo: 'none' | 'asks-password' | 'passwordless';
  /** The smaller of the counts in /etc/subuid and /etc/subgid. */
  readonly subordinateIds: number;
  /** Tried: whether this user can build in a name space. */
  readonly namespaces: { readonly work: true } | { readonly work: false; readonly reason: string };
  /** A setting that forbids name spaces, as `name=value` that would allow them. */
  readonly namespaceSwitch?: string;
}

/**
 * Kernel settings that forbid name spaces to normal users: Debian's, upstream's, Ubuntu's. None of the files need
 * exist.
 */
const NAMESPACE_SWITCHES = [
  { name: 'kernel.unprivileged_userns_clone', off: '0', on: '1' },
  { name: 'user.max_user_namespaces', off: '0', on: '15000' },
  { name: 'kernel.apparmor_restrict_unprivileged_userns', off: '1', on: '0' },
] as const;

const PROBE_TIMEOUT_MS = 10_000;

/** Starts `sudo -n true` and `unshare`, neither of which asks or changes anything. */
export async function collectUserFacts(): Promise<UserFacts> {
  const uid = process.getuid?.() ?? 0;
  const name = readUserName(uid);
  const isRoot = uid === 0;
  const ids = ['/etc/subuid', '/etc/subgid'].map((file) => countSubordinateIds(readIfThere(file) ?? '', { name, uid }));
  const namespaces = await probeNamespaces(isRoot);
  const off = NAMESPACE_SWITCHES.find((it) => readIfThere(`/proc/sys/${it.name.replace('.', '/')}`)?.trim() === it.off);
  return {
    name,
    isRoot,
    sudo: isRoot ? 'none' : await probeSudo(),
    subordinateIds: Math.min(...ids),
    namespaces,
    ...(off && !isRoot && { namespaceSwitch: `${off.name}=${off.on}` }),
  };
}

/** A container may run under a number that has no passwd entry, which makes userInfo() throw. */
function readUserName(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    return String(uid);
  }
}

async function probeSudo(): Promise<UserFacts['sudo']> {
  if (findCommand('sudo') === undefined) return 'none';
  const { failed } = await execa('sudo', ['-n', 'true'], { reject: false, timeout: PROBE_TIMEOUT_MS, stdin: 'ignore' });
  return failed ? 'asks-password' : 'passwordless';
}

/**
 * In two steps. Where user namespaces are forbidden altogether, `unshare --map-auto` (util-linux 2.38) fails. It leaves
 * a helper behind that waits for ever with our pipes open.
 */
async function probeNamespaces(isRoot: boolean): Promise<UserFacts['namespaces']> {
  const steps = [...(isRoot ? [] : [['unshare', '--user', '--map-root-user', 'true']]), inUserNamespace(['true'])];
  const env = { LC_ALL: 'C', PATH: withSystemFolders(process.env['PATH']) };
  for (const [file = '', ...args] of steps) {
    const { failed, stderr, shortMessage } = await execa(file, args, {
      reject: false,
      timeout: PROBE_TIMEOUT_MS,
      stdin: 'ignore',
      env,
    });
    if (failed) return { work: false, reason: stderr.trim() || (shortMessage ?? 'unshare failed') };
  }
  return { work: true };
}
