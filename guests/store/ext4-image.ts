import type { PrepareContext } from './prepare-context.ts';
import { runTool } from './run-tool.ts';
import { inUserNamespace } from './user-namespace.ts';

const MIB = 2 ** 20;

interface Ext4Request {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** Run as root of a user namespace: then a normal user's files belong to root in the image. */
  readonly inNamespace: boolean;
}

/**
 * Writes the content of a folder as a raw ext4 image, without a journal: it is only ever mounted read-only.
 * Rejects with InfraError when mke2fs fails or the disk is full.
 */
export async function createExt4Image(
  { from, to, label, inNamespace }: Ext4Request,
  { signal }: PrepareContext,
): Promise<void> {
  const wrap = (argv: [string, ...string[]]): [string, ...string[]] => (inNamespace ? inUserNamespace(argv) : argv);
  const usage = await runTool(wrap(['sh', '-c', 'du -s --block-size=4096 "$1"; find "$1" | wc -l', 'sh', from]), {
    signal,
  });
  const [blocks = 0, files = 0] = usage.split('\n').map((line) => Number.parseInt(line, 10));
  // Inodes of 256 bytes, directories and extents come on top of the content; the rest is slack.
  const bytes = Math.ceil(((blocks * 4096 + files * 512) * 1.04) / MIB + 16) * MIB;
  await runTool(
    wrap([
      'mke2fs',
      '-q',
      '-F',
      '-t',
      'ext4',
      '-b',
      '4096',
      '-m',
      '0',
      '-N',
      String(files + 64),
      '-L',
      label,
      '-O',
      '^has_journal,^resize_inode',
      '-E',
      'root_owner=0:0',
      '-d',
      from,
      to,
      `${bytes / 1024}k`,
    ]),
    { signal },
  );
}
