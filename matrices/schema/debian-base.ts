import { GUEST_ARCHITECTURE } from '../../orchestrator/model/architecture.ts';

/** Not of a path, even if there is a folder of that name: that is written `./debian/…`. */
const DEBIAN_BASE = /^debian\/(?<release>[a-z][a-z0-9.-]*)(?:\/(?<flavour>[a-z0-9][a-z0-9+.-]*))?$/;

/**
 * What `base` may be, as far as its form shows: anything that does not begin with `debian/`, or a Debian kernel named
 * in full.
 */
export const BASE_FORM = new RegExp(`^(?!debian(?:/|$))|${DEBIAN_BASE.source.replaceAll(/\?<\w+>/g, '')}`);

/** `debian/bookworm` or `debian/bookworm-backports/cloud-amd64`; `undefined` for any other base. */
export function parseDebianBase(base: string): { readonly release: string; readonly flavour: string } | undefined {
  const { release, flavour = GUEST_ARCHITECTURE.debianFlavours[0] } = DEBIAN_BASE.exec(base)?.groups ?? {};
  return release === undefined ? undefined : { release, flavour };
}
