/**
 * Wraps a command so that it runs as root of its own. As root it runs in a mount and pid namespace: nothing that it
 * mounts or starts outlives it. As a normal user it runs in a user namespace too. There the user's own files look like
 * root's, so unlike mmdebstrap's own unshare mode it can work below a home folder of mode 0700. See unshare(1);
 * `--map-auto` takes the ids from /etc/subuid and /etc/subgid through newuidmap.
 */
export function inUserNamespace(command: readonly string[], uid = process.getuid?.()): [string, ...string[]] {
  const asUser = uid === 0 ? [] : ['--user', '--map-root-user', '--map-auto', '--setuid', '0', '--setgid', '0'];
  return ['unshare', ...asUser, '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--', ...command];
}
