import { userInfo } from 'node:os';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { type ToolResult, tryTool } from '../store/run-tool.ts';
import { inUserNamespace } from '../store/user-namespace.ts';

interface Prober {
  readonly uid: number | undefined;
  readonly run: (argv: readonly [string, ...string[]]) => Promise<ToolResult>;
}

/**
 * Rejects with InfraError and the way out when this user may not make a user namespace with a range of ids. A root file
 * system cannot be built without it. Root does not need it, only namespaces for mounts and processes.
 */
export async function requireSubordinateIds(
  { uid, run }: Prober = { uid: process.getuid?.(), run: tryTool },
): Promise<void> {
  const result = uid === 0 ? await run(inUserNamespace(['true'], uid)) : await probeAsUser({ uid, run });
  if (result.ok) return;
  const { username } = userInfo();
  throw new InfraError(
    `${uid === 0 ? 'root' : username} may not make the namespace in which an image is built:\n` +
      `  ${result.output.trim()}`,
    {
      code: 'no-user-namespace',
      remedy:
        uid === 0
          ? 'give this container the capability SYS_ADMIN (--cap-add SYS_ADMIN, or --privileged).'
          : 'install newuidmap, and as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ' +
            `${username}; \`pmemrig doctor\` prints the commands for this host.`,
    },
  );
}

async function probeAsUser({ uid, run }: Prober): Promise<ToolResult> {
  // Where a plain namespace is forbidden, `unshare --map-auto` of util-linux 2.38 leaves a child behind that holds our
  // pipes open for ever.
  const plain = await run(['unshare', '--user', '--map-root-user', 'true']);
  return plain.ok ? await run(inUserNamespace(['true'], uid)) : plain;
}
