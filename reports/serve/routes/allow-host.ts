import { isIP } from 'node:net';

/**
 * Whether a request may have meant us by its `Host`. A page anywhere on the web can let its own name point at 127.0.0.1
 * and then read what we answer (DNS rebinding). A browser cannot do that with `localhost` or a bare address.
 *
 * @param names further names, such as the one that we were asked to listen on
 */
export function isAllowedHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return (
    isIP(name) !== 0 ||
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    names.some((each) => each.toLowerCase() === name)
  );
}
