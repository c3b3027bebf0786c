import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { InfraError, UserError } from '../../orchestrator/model/errors.ts';
import { tryTool } from '../store/run-tool.ts';
import { digestSources } from './apt-sources.ts';
import { rememberAnswer } from './remember-answer.ts';
import { indentLastLines } from '../../orchestrator/model/last-lines.ts';
import { present } from '../../orchestrator/model/present.ts';

/** Debian ships both names; since trixie .pgp is the file and .gpg a link to it. */
const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.pgp', '/usr/share/keyrings/debian-archive-keyring.gpg'];

const NAME_A_MIRROR = 'set PMEMRIG_DEBIAN_MIRROR to the URL of a Debian archive, the one that holds dists/ and pool/.';

const debianMirror = z.object({
  main: z.string(),
  /** Only where the host knows one. */
  security: z.string().exactOptional(),
});

/** The archives that one release can come from. */
export type DebianMirror = Readonly<z.infer<typeof debianMirror>>;

/**
 * Where Debian packages come from: `$PMEMRIG_DEBIAN_MIRROR`, else the archive that the host's own apt uses.
 * Rejects with UserError when there is neither, and with InfraError when apt cannot say.
 *
 * @param cacheDir where apt's answer is kept until the host's sources change; absent: apt is asked
 */
export async function findDebianMirror(env: NodeJS.ProcessEnv = process.env, cacheDir?: string): Promise<DebianMirror> {
  const given = env['PMEMRIG_DEBIAN_MIRROR'];
  if (given) {
    if (!/^[a-z+]+:\/*\S+$/.test(given)) throw noMirror(`PMEMRIG_DEBIAN_MIRROR is not a URL: ${given}`);
    const security = env['PMEMRIG_DEBIAN_SECURITY_MIRROR'];
    return { main: given, ...(security && { security }) };
  }
  const basis = cacheDir === undefined ? undefined : await digestSources(env);
  if (cacheDir === undefined || basis === undefined) return askApt();
  const file = join(cacheDir, 'apt', 'mirror.json');
  return rememberAnswer({ file, basis, question: 'mirror', answer: debianMirror }, askApt);
}

async function askApt(): Promise<DebianMirror> {
  const format = '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)';
  const targets = await tryTool(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  if (!targets.ok) {
    throw new InfraError(`The host's apt cannot list its sources:${indentLastLines(targets.output, 4)}`, {
      code: 'no-debian-mirror',
      remedy: `mend what it complains of, or ${NAME_A_MIRROR}`,
    });
  }
  const mirror = pickDebianMirror(targets.stdout);
  if (!mirror) throw noMirror("The host's apt has no Debian archive among its sources.");
  return mirror;
}

/** Reads lines of `origin|label|component|uri`. Origin and label are empty before the host's first `apt-get update`. */
export function pickDebianMirror(indexTargets: string): DebianMirror | undefined {
  const targets = indexTargets.split('\n').flatMap((line) => {
    const [origin, label, component, uri] = line.split('|');
    return uri !== undefined && component === 'main' ? [{ origin, label, uri }] : [];
  });
  const find = (label: string, path: RegExp): string | undefined =>
    (
      targets.find((it) => it.origin === 'Debian' && it.label === label) ??
      targets.find((it) => it.origin === '' && path.test(it.uri))
    )?.uri;
  const main = find('Debian', /\/debian\/$/);
  const security = find('Debian-Security', /\/debian-security\/$/);
  return main === undefined ? undefined : { main, ...present({ security }) };
}

/** Path of Debian's archive keys. Throws InfraError when the package is missing: nothing is fetched unverified. */
export function findDebianKeyring(candidates: readonly string[] = KEYRINGS): string {
  const keyring = candidates.find((path) => existsSync(path));
  if (keyring === undefined) {
    throw new InfraError("Debian's archive keys are not installed, so its packages cannot be verified.", {
      code: 'no-debian-keyring',
      remedy: 'install debian-archive-keyring; `pmemrig doctor` prints the command for this host.',
    });
  }
  return keyring;
}

function noMirror(message: string): UserError {
  return new UserError(message, {
    code: 'no-debian-mirror',
    remedy: NAME_A_MIRROR,
  });
}
