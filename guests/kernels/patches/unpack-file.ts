import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool, tryTool } from '../../store/run-tool.ts';
import { messageOf } from '../../../orchestrator/model/message-of.ts';

/** More than any thread of mails; what unpacks to more is not read into memory. */
const MAX_BYTES = 512 * 2 ** 20;

/** Compressed files by their first bytes, with the program that writes `mails` beside `mails.SUFFIX`. */
const TOOLS = [
  { magic: 'fd377a585a00', suffix: 'xz', argv: ['xz', '-dqf'] },
  { magic: '28b52ffd', suffix: 'zst', argv: ['zstd', '-dqf'] },
  { magic: '425a68', suffix: 'bz2', argv: ['bzip2', '-dqf'] },
] as const;

/** What is not unpacked, by its first bytes. */
const ARCHIVES = [
  { magic: '504b0304', what: 'a zip archive' },
  { magic: '377abcaf271c', what: 'a 7z archive' },
  { magic: '4c5a4950', what: 'compressed by lzip' },
  { magic: '04224d18', what: 'compressed by lz4' },
] as const;

/**
 * The bytes of a file with patches, unpacked if it is compressed, without a byte order mark and empty lines in front.
 * Rejects with UserError for a file that cannot be read or unpacked, and for text in UTF-16.
 */
export async function unpackFile(path: string, context: PrepareContext): Promise<Buffer> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UserError(`The patch ${path} cannot be read: ${messageOf(error)}.`, {
      code: 'unreadable-patch',
      remedy: 'name a file that exists and that you may read.',
      cause: error,
    });
  });
  const text = await decompress(path, bytes, context);
  const start = text.subarray(0, 512);
  if (/^(?:fffe|feff)/.test(start.toString('hex')) || isWide(start)) {
    throw new UserError(`${path} is text in UTF-16`, {
      code: 'patch-utf16',
      remedy: `make it UTF-8: \`iconv -f UTF-16 -t UTF-8 ${path}\`; PowerShell's \`>\` writes UTF-16`,
    });
  }
  if (text.subarray(257, 262).toString('latin1') === 'ustar') {
    throw new UserError(`${path} is a tar archive`, {
      code: 'patch-archive',
      remedy: 'unpack it, and name the folder',
    });
  }
  const blank = /^(?:\u00ef\u00bb\u00bf)?(?:[ \t]*\r?\n)*/.exec(start.toString('latin1'))?.[0].length ?? 0;
  return text.subarray(blank);
}

async function decompress(path: string, bytes: Buffer, context: PrepareContext): Promise<Buffer> {
  const magic = bytes.subarray(0, 8).toString('hex');
  const archive = ARCHIVES.find((one) => magic.startsWith(one.magic));
  if (archive)
    throw new UserError(`${path} is ${archive.what}`, {
      code: 'patch-archive',
      remedy: 'unpack it, and name the file in it',
    });
  if (magic.startsWith('1f8b')) {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES, finishFlush: constants.Z_FINISH }).catch(
      (error: unknown) => {
        throw unpackError(path, 'gzip', messageOf(error));
      },
    );
  }
  const tool = TOOLS.find((one) => magic.startsWith(one.magic));
  if (!tool) return bytes;
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-mails-'));
  try {
    const file = join(dir, 'mails');
    const packed = `${file}.${tool.suffix}`;
    await writeFile(packed, bytes);
    // Names a program that is not installed.
    await runTool([tool.argv[0], '--version'], { signal: context.signal });
    // In blocks of 512 bytes: a small file must not fill the disk.
    const unpacked = await tryTool(
      ['sh', '-c', `ulimit -f ${MAX_BYTES / 512}; exec "$@"`, 'sh', ...tool.argv, packed],
      { signal: context.signal },
    );
    if (!unpacked.ok) throw unpackError(path, tool.argv[0], unpacked.output.replaceAll(packed, path));
    return await readFile(file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function unpackError(path: string, program: string, words: string): UserError {
  return new UserError(`${path} cannot be unpacked by ${program}: ${words.trim()}`, {
    code: 'unreadable-patch',
    remedy: 'fetch it again; it is cut short or damaged, or unpacks to more than 512 MiB',
  });
}

/** Every other byte is zero. */
function isWide(start: Buffer): boolean {
  const zeros = [0, 1].map((side) => start.filter((byte, index) => index % 2 === side && byte === 0).length);
  return start.length > 3 && Math.max(...zeros) > start.length / 4;
}
