import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError, UserError } from '../model/errors.ts';
import type { DoctorReport } from './diagnose.ts';
import { planInstall } from './package-manager.ts';
import type { UserFacts } from './user-facts.ts';
import { indentLastLines } from '../model/last-lines.ts';

/** Runs a command to its end, showing progress; never rejects for its failure. */
export type RunCommand = (argv: readonly string[]) => Promise<{ readonly ok: boolean; readonly output: string }>;

interface FixOptions {
  readonly run: RunCommand;
  readonly log: (line: string) => void;
  readonly hasPackageLists?: () => boolean;
  readonly lockWaitMs?: number;
}

const LOCK_ATTEMPTS = 12;

/**
 * Installs all packages that the report misses, in one go; does nothing when it misses none.
 * @throws UserError `needs-root`, whose remedy is the one command to type, when the user can't become root unasked;
 * InfraError `install-failed` with the package manager's last words.
 */
export async function fixHost({ install }: DoctorReport, user: UserFacts, options: FixOptions): Promise<void> {
  if (!install) return;
  const list = install.packages.join(' ');
  if (!user.isRoot && user.sudo !== 'passwordless') {
    throw new UserError(`packages are missing that only root can install: ${list}`, {
      code: 'needs-root',
      remedy: install.command,
    });
  }
  const asRoot: RunCommand = (argv) => options.run(user.isRoot ? argv : ['sudo', '-n', ...argv]);
  const plan = planInstall(install.manager, install.packages);
  const refresh = plan.refresh && (() => outwaitLock(() => asRoot(plan.refresh ?? []), options));
  const { hasPackageLists = aptHasLists } = options;

  options.log(`installing ${list}`);
  const fresh = refresh !== null && !hasPackageLists();
  if (fresh) await refresh();
  let result = await asRoot(plan.install);
  // Lists that are old name versions which the archive no longer has.
  if (!result.ok && refresh && !fresh) {
    await refresh();
    result = await asRoot(plan.install);
  }
  if (result.ok) return;
  throw new InfraError(`the packages could not be installed:${indentLastLines(result.output, 12)}`, {
    code: 'install-failed',
    remedy: `see that the package archive can be reached, then type: ${install.command}`,
  });
}

/**
 * `DPkg::Lock::Timeout` covers apt's other locks, not that of its lists. A failure to refresh shows when installing.
 */
async function outwaitLock(refresh: () => ReturnType<RunCommand>, { lockWaitMs = 10_000 }: FixOptions): Promise<void> {
  for (let attempt = 1; attempt <= LOCK_ATTEMPTS; attempt += 1) {
    const { ok, output } = await refresh();
    if (ok || !output.includes('Could not get lock')) return;
    await sleep(lockWaitMs);
  }
}

function aptHasLists(): boolean {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'));
  } catch {
    return false;
  }
}
