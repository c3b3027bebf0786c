import type { PackageManager } from './packages.ts';

/** How a package manager is called, and by which distributions it is used. */
interface ManagerHabits {
  readonly command: string;
  /** `ID` and `ID_LIKE` of os-release. */
  readonly distributions: readonly string[];
  readonly refresh: readonly string[] | null;
  readonly install: readonly string[];
}

const MANAGERS: Readonly<Record<PackageManager, ManagerHabits>> = {
  dnf: {
    command: 'dnf',
    distributions: ['fedora', 'rhel', 'centos'],
    refresh: null,
    install: ['dnf', 'install', '-y', '--setopt=install_weak_deps=False'],
  },
  pacman: {
    command: 'pacman',
    distributions: ['arch'],
    refresh: null,
    install: ['pacman', '-S', '--needed', '--noconfirm'],
  },
  zypper: {
    command: 'zypper',
    distributions: ['suse', 'opensuse', 'sles'],
    refresh: null,
    install: ['zypper', '--non-interactive', 'install', '--no-recommends'],
  },
  // Last: other distributions have apt-get too, since pmemrig itself asks for it.
  apt: {
    command: 'apt-get',
    distributions: ['debian', 'ubuntu'],
    refresh: ['apt-get', 'update'],
    install: ['apt-get', 'install', '-y', '--no-install-recommends'],
  },
};

/** The host's own package manager, by its distribution, else by what is on PATH; `undefined` if it is none we know. */
export function detectPackageManager(
  distributions: readonly string[],
  hasCommand: (name: string) => boolean,
): PackageManager | undefined {
  // Object.keys of a record whose keys are known.
  const managers = Object.keys(MANAGERS) as PackageManager[];
  return (
    managers.find((manager) => MANAGERS[manager].distributions.some((name) => distributions.includes(name))) ??
    managers.find((manager) => hasCommand(MANAGERS[manager].command))
  );
}

export interface InstallCommands {
  /** Fetches the package lists; `null` where installing does so itself. */
  readonly refresh: readonly string[] | null;
  readonly install: readonly string[];
}

/** The argument vectors that install `packages` without questions, to be run as root. */
export function planInstall(manager: PackageManager, packages: readonly string[]): InstallCommands {
  const { refresh, install } = MANAGERS[manager];
  if (manager !== 'apt') return { refresh, install: [...install, ...packages] };
  // A machine just booted is often in the middle of its own unattended upgrade: apt-get, unlike apt, would not wait.
  const unattended = ['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8'];
  const patient = ['-q', '-o', 'DPkg::Lock::Timeout=120'];
  return {
    refresh: [...unattended, ...(refresh ?? []), ...patient],
    install: [...unattended, ...install, ...patient, ...packages],
  };
}

/** How a person becomes root. */
export type Become = 'root' | 'sudo' | 'su';

/** The one line for a person to type; `refresh: false` leaves out fetching the package lists. */
export function formatInstallCommand(
  manager: PackageManager,
  packages: readonly string[],
  become: Become,
  { refresh = true } = {},
): string {
  const habits = MANAGERS[manager];
  const commands = [refresh ? habits.refresh : null, [...habits.install, ...packages]].flatMap((command) =>
    command ? [command.join(' ')] : [],
  );
  if (become === 'su') return `su -c '${commands.join(' && ')}'`;
  return commands.map((command) => (become === 'sudo' ? `sudo ${command}` : command)).join(' && ');
}
