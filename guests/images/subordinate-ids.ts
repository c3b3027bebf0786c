import { userInfo } from 'node:os';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { tryTool } from '../store/run-tool.ts';
import { inUserNamespace } from '../store/user-namespace.ts';

/**
 * Rejects with InfraError and the way out when this user may not make a user namespace with a range of ids,
 * without which a root file system cannot be built.
 */
export async function requireSubordinateIds(): Promise<void> {
  // Where a plain namespace is forbidden, `unshare --map-auto` of util-linux 2.38 leaves a child behind that holds our pipes open for ever.
  const plain = await tryTool(['unshare', '--user', '--map-root-user', 'true']);
  const result = plain.ok ? await tryTool(inUserNamespace(['true'])) : plain;
  if (result.ok) return;
  const { username } = userInfo();
  throw new InfraError(`${username} may not make the user namespace in which an image is built:\n  ${result.output.trim()}`, {
    code: 'no-user-namespace',
    remedy: `apt install uidmap, and as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username} (on Ubuntu also sysctl kernel.apparmor_restrict_unprivileged_userns=0).`,
  });
}
