import { nearestSuite } from '../../orchestrator/model/debian-suites.ts';
import { InfraError, UserError } from '../../orchestrator/model/errors.ts';
import type { ToolResult } from '../store/run-tool.ts';
import { type PackageRecord, parsePackageRecord } from './package-record.ts';

/** What went wrong in `apt-get update`, from its words (apt 2.6 with gpgv, apt 3 with sqv). */
export function classifyAptFailure(output: string): 'no-release' | 'signature' | 'expired' | 'network' {
  if (
    /NO_PUBKEY|EXPKEYSIG|REVKEYSIG|is not signed|Missing key|sqv returned an error|couldn't be verified/i.test(output)
  )
    return 'signature';
  if (/Release file .* (is expired|is not valid yet)/.test(output)) return 'expired';
  if (/does not have a Release file/.test(output) && /\b404\b/.test(output)) return 'no-release';
  return 'network';
}

/** The error for a failed `apt-get update` of one suite, with apt's own words. */
export function explainAptFailure(suite: string, uri: string, output: string): InfraError | UserError {
  const words = aptWords(output);
  const failure = classifyAptFailure(output);
  if (failure === 'no-release') return unknownSuite(suite);
  if (failure === 'signature') {
    return new InfraError(`The signature of Debian ${suite} could not be verified:\n  ${words}`, {
      code: 'debian-signature',
      remedy:
        'install the newest debian-archive-keyring: a release newer than the host needs keys newer than the host.',
    });
  }
  if (failure === 'expired') {
    return new InfraError(`The index of Debian ${suite} is not valid at this host's time:\n  ${words}`, {
      code: 'debian-expired',
      remedy: "set the host's clock, or choose a mirror that is kept up to date.",
    });
  }
  return new InfraError(
    `The Debian archive ${uri} cannot be reached, and no earlier index of ${suite} is cached:\n  ${words}`,
    {
      code: 'no-network',
      remedy: "check the network and apt's proxy settings, or set PMEMRIG_DEBIAN_MIRROR to an archive in reach.",
    },
  );
}

export function unknownSuite(suite: string): UserError {
  const near = nearestSuite(suite);
  return new UserError(`The Debian archive has no release called ${suite}.`, {
    code: 'unknown-debian-release',
    remedy:
      near === undefined
        ? 'name a suite of the archive: bookworm, bookworm-backports, trixie, sid.'
        : `did you mean ${near}?`,
  });
}

/** In the words of apt 2.6 and 3.0: no address, no connection, or a proxy that gets neither. */
const OUT_OF_REACH =
  /Could not (resolve|connect)|Temporary failure resolving|Unable to connect|Cannot initiate the connection|Connection (failed|timed out)|Network is unreachable|No route to host|\b50[234] /i;

/**
 * The error for a failed `apt-get download`: `no-network` when the archive is out of reach, `apt-download` for all
 * else.
 */
export function downloadFailed(what: string, uri: string, output: string): InfraError {
  return new InfraError(`${what} could not be fetched from ${uri}:\n  ${aptWords(output)}`, {
    code: OUT_OF_REACH.test(output) ? 'no-network' : 'apt-download',
    remedy: "check the network and apt's proxy settings, and try again.",
  });
}

interface ShownPackage {
  readonly suite: string;
  readonly name: string;
  /** The apt root that was asked. */
  readonly dir: string;
}

/**
 * What `apt-cache show` says of one package: its record, or `undefined` if there is none. Throws InfraError when it
 * could not look.
 */
export function readShownPackage({ suite, name, dir }: ShownPackage, shown: ToolResult): PackageRecord | undefined {
  const record = shown.ok ? parsePackageRecord(shown.stdout) : undefined;
  if (record) return record;
  const errors = shown.output.split('\n').filter((line) => /^(E|Error): /.test(line));
  if (!shown.ok && errors.length > 0 && errors.every((line) => line.endsWith(': No packages found'))) return undefined;
  throw new InfraError(
    `The package index of Debian ${suite} could not be asked for ${name}:\n  ${aptWords(shown.output)}`,
    {
      code: 'apt-index',
      remedy: `try again; if it stays, remove ${dir}, which is fetched anew then.`,
    },
  );
}

function aptWords(output: string): string {
  const lines = output.trim().split('\n');
  const errors = lines.filter((line) => /^[EW]:/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-4).join('\n  ');
}
