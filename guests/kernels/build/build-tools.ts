import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { InfraError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool } from '../../store/run-tool.ts';

/** What kernels are compiled with on this host. */
export interface BuildTools {
  /** For `CC=` and `HOSTCC=`. */
  readonly cc: string;
  readonly ccache: boolean;
  /**
   * Changes with the compiler, the binutils and pahole, as their own words do; kconfig writes down the latter's version
   * for every kernel.
   */
  readonly version: string;
  /** Makes BTF of debug information. */
  readonly hasPahole: boolean;
  /** `gcc (Debian 12.2.0-14+deb12u1) 12.2.0`. */
  readonly compiler: string;
}

/**
 * What Documentation/process/changes.rst of the kernel asks for, as far as an x86-64 kernel with ORC needs it:
 * commands, and headers of the host tools.
 */
const COMMANDS = ['make', 'gcc', 'ld', 'flex', 'bison', 'bc', 'git', 'tar', 'xz'] as const;
const HEADERS = [
  { name: 'libelf', files: ['/usr/include/gelf.h', '/usr/include/libelf/gelf.h'] },
  { name: 'OpenSSL headers', files: ['/usr/include/openssl/bio.h'] },
] as const;

/**
 * Looks for all that a build needs, before anything is unpacked. Rejects with InfraError that names everything that is
 * missing.
 */
export async function findBuildTools({ signal }: Pick<PrepareContext, 'signal'>): Promise<BuildTools> {
  const commands = await Promise.all(COMMANDS.map(async (name) => ((await isOnPath(name)) ? [] : [name])));
  const headers = await Promise.all(HEADERS.map(async ({ name, files }) => ((await anyExists(files)) ? [] : [name])));
  const missing = [...commands, ...headers].flat();
  if (missing.length > 0) {
    throw new InfraError(`This host cannot compile kernels: it lacks ${missing.join(', ')}.`, {
      code: 'no-build-tools',
      remedy: '`pmemrig doctor --kernel-builds` prints the command that installs them, and with --fix types it.',
    });
  }
  const [gcc = '', ld = ''] = await Promise.all(
    ['gcc', 'ld'].map(async (tool) => (await runTool([tool, '--version'], { signal })).split('\n')[0] ?? ''),
  );
  const ccache = await isOnPath('ccache');
  const hasPahole = await isOnPath('pahole');
  const pahole = hasPahole ? `; pahole ${(await runTool(['pahole', '--version'], { signal })).trim()}` : '';
  return { cc: ccache ? 'ccache gcc' : 'gcc', ccache, version: `${gcc}; ${ld}${pahole}`, hasPahole, compiler: gcc };
}

export async function isOnPath(name: string): Promise<boolean> {
  return await anyExists((process.env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, name)));
}

async function anyExists(files: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    files.map(async (file) =>
      stat(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
