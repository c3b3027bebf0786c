import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { execa } from 'execa';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { GUEST_ARCH } from '../arch/architectures.ts';

export interface QemuBinary {
  /** Absolute. */
  readonly path: string;
  /** `7.2.22`. */
  readonly version: string;
}

const { program: QEMU_NAME, packages: QEMU_PACKAGES } = GUEST_ARCH.qemu;
/** `-device` takes JSON since 6.2; `-action panic=none` and JSON `-object` are older. */
const OLDEST_VERSION = [6, 2] as const;
const VERSION_TIMEOUT_MS = 20_000;

/**
 * Finds the QEMU to use: `$PMEMRIG_QEMU`, then the matrix's own (`explicit`), then `$PATH`.
 * Rejects with InfraError when there is none, when it does not run, or when it is too old.
 */
export async function findQemu({
  explicit,
  env = process.env,
}: { readonly explicit?: string; readonly env?: NodeJS.ProcessEnv } = {}): Promise<QemuBinary> {
  const path = await choosePath(explicit, env);
  const version = await readVersion(path);
  if (!isNewEnough(version)) {
    throw new InfraError(`${path} is QEMU ${version}, but pmemrig needs ${OLDEST_VERSION.join('.')} or newer`, {
      code: 'qemu-too-old',
      remedy: 'install a newer QEMU, or name one with $PMEMRIG_QEMU or `qemu:` in the matrix',
    });
  }
  return { path, version };
}

/** `QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)` → `7.2.22`. */
export function parseQemuVersion(output: string): string | undefined {
  return /^QEMU emulator version (\d+\.\d+(?:\.\d+)*)/m.exec(output)?.[1];
}

async function choosePath(explicit: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  const named: readonly (readonly [string, string | undefined])[] = [
    ['$PMEMRIG_QEMU', env['PMEMRIG_QEMU']],
    ['`qemu:` in the matrix', explicit],
  ];
  for (const [source, path] of named) {
    if (path === undefined || path === '') continue;
    const found = path.includes('/') ? await keepExecutable(resolve(path)) : await searchPath(path, env);
    if (found !== undefined) return found;
    throw new InfraError(`${source} names ${path}, which is no program that can be run`, {
      code: 'no-qemu',
      remedy: `point it at a ${QEMU_NAME} binary, or remove it to use the one in $PATH`,
    });
  }
  const found = await searchPath(QEMU_NAME, env);
  if (found !== undefined) return found;
  throw new InfraError(`${QEMU_NAME} is not installed`, {
    code: 'no-qemu',
    remedy:
      `install it (Debian: apt install ${QEMU_PACKAGES.apt}; Fedora: dnf install ${QEMU_PACKAGES.dnf}) ` +
      'or set $PMEMRIG_QEMU',
  });
}

async function searchPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const dir of (env['PATH'] ?? '').split(delimiter)) {
    const found = dir === '' ? undefined : await keepExecutable(join(dir, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function keepExecutable(path: string): Promise<string | undefined> {
  return access(path, constants.X_OK).then(
    () => path,
    () => undefined,
  );
}

async function readVersion(path: string): Promise<string> {
  const { all, failed, shortMessage } = await execa(path, ['--version'], {
    all: true,
    reject: false,
    timeout: VERSION_TIMEOUT_MS,
  });
  const version = parseQemuVersion(all);
  if (failed || version === undefined) {
    throw new InfraError(
      `${path} does not run or is no QEMU: ${shortMessage ?? (all.split('\n', 1)[0] || 'it printed nothing')}`,
      {
        code: 'no-qemu',
        remedy: `name a working ${QEMU_NAME} with $PMEMRIG_QEMU`,
      },
    );
  }
  return version;
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_VERSION;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
