import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GUEST_ARCHITECTURE } from '../../../orchestrator/model/architecture.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool } from '../../store/run-tool.ts';

const ARCH = `arch/${GUEST_ARCHITECTURE.sourceFolder}`;
/**
 * Whole folders that a build of an outside module reads; as in Debian's linux-headers and the kernel's own
 * scripts/package.
 */
const FOLDERS = ['include', 'scripts', `${ARCH}/include`];
const FILES = ['.config', 'Module.symvers', 'tools/objtool/objtool', `${ARCH}/kernel/macros.s`, 'scripts/module.lds'];
/** They are read while make finds its way, whichever module is built. */
const EVERYWHERE = ['Makefile*', 'Kconfig*', 'Kbuild*', 'Build'];

/** Copies from a built tree what `make -C <to> M=… modules` needs, some 5 % of it. */
export async function keepKbuildTree(sourceDir: string, to: string, { signal }: PrepareContext): Promise<void> {
  const named = EVERYWHERE.flatMap((pattern, index) => [...(index > 0 ? ['-o'] : []), '-name', pattern]);
  const makefiles = await runTool(
    [
      'find',
      '.',
      '-type',
      'f',
      '(',
      ...named,
      ')',
      '-not',
      '-path',
      './Documentation/*',
      '-not',
      '-path',
      './tools/testing/*',
      '-print0',
    ],
    { cwd: sourceDir, signal },
  );
  const files = await Promise.all(
    FILES.map(async (name) =>
      stat(join(sourceDir, name)).then(
        () => [name],
        () => [],
      ),
    ),
  );
  const list = `${to}.list`;
  await writeFile(list, makefiles + [...FOLDERS, ...files.flat()].join('\0'));
  await mkdir(to);
  const archive = `${to}.tar`;
  await runTool(
    ['tar', '--create', '--file', archive, '--exclude=*.o', '--exclude=.*.cmd', '--null', '--files-from', list],
    { cwd: sourceDir, signal },
  );
  await runTool(['tar', '--extract', '--file', archive, '--directory', to], { signal });
  await Promise.all([rm(list), rm(archive)]);
}
