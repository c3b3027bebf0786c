import { type Stats, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { readHead, readImageRelease } from '../../../guests/kernels/kinds/installed-kernels.ts';
import { isTarName } from '../../../guests/kernels/kinds/unpack-kernel.ts';
import { UserError } from '../../model/errors.ts';
import { describeForeignImage } from '../../model/foreign-image.ts';
import { quoteWord } from '../../model/quote-word.ts';
import { isSource } from './compose-kernel.ts';
import { findKernelIn } from './find-kernel-in.ts';

interface Typed {
  /** The words as the user typed them: `--` is still among them. */
  readonly argv: readonly string[];
  /** What `--kernel` says, if the user said it. */
  readonly kernel?: string | undefined;
}

/**
 * `pmemrig once ~/linux`: a kernel that stands where a command would, before any `--`. Gives it, and the words that are
 * left.
 * @param words what commander gathered, from before and after the `--`
 * @throws UserError for a word before `--` that is neither a kernel nor a program of this machine: another kernel would
 * be booted for it
 */
export function takeKernelOperand(
  words: readonly string[],
  { argv, kernel }: Typed,
  cwd = process.cwd(),
): { readonly kernel?: string; readonly command: readonly string[] } {
  const behind = argv.includes('--') ? argv.length - argv.indexOf('--') - 1 : 0;
  const before = words.slice(0, words.length - behind);
  const command = words.slice(before.length);
  const [operand, ...more] = before;
  if (operand === undefined) return { command };
  const named = before.find((word) => isKernel(resolve(cwd, word)));
  if (named !== undefined && kernel !== undefined)
    throw new UserError(`${quoteWord(named)} and --kernel ${quoteWord(kernel)} are two kernels`, {
      code: 'two-kernels',
      remedy: 'leave one of them out',
    });
  if (named !== undefined && before.length > 1) {
    const rest = [...before.filter((word) => word !== named), ...command];
    throw new UserError(`the command beside the kernel ${quoteWord(named)} does not stand behind --`, {
      code: 'no-dashes',
      remedy: `pmemrig once ${quoteWord(named)} … -- ${rest.map(quoteWord).join(' ')}`,
    });
  }
  if (named !== undefined) return { kernel: named, command };
  if (!isProgram(operand, cwd)) throw noSuchThing(operand, [...more, ...command], kernel);
  return { command: words };
}

/** As `composeCommand` sees it: a bare word is no folder. */
function isProgram(word: string, cwd: string): boolean {
  const found = statIfThere(resolve(cwd, word));
  return found?.isFile() === true || (found?.isDirectory() === true && /\/|^\.{1,2}$/.test(word));
}

function noSuchThing(word: string, rest: readonly string[], kernel: string | undefined): UserError {
  const behind = `pmemrig once … -- ${[word, ...rest].map(quoteWord).join(' ')}`;
  const remedies =
    kernel === undefined
      ? [
          'check the path',
          ...(/^[a-z][a-z0-9.-]*(?:\/[a-z0-9-]+)?$/.test(word)
            ? [`--kernel ${quoteWord(word)} if it is a Debian release`]
            : []),
          `${behind} if it is a command of the guest`,
        ]
      : [`${behind} if it is a command of the guest`];
  return new UserError(`${quoteWord(word)}: no such kernel or program`, {
    code: 'no-kernel',
    remedy: remedies.join('; '),
  });
}

/**
 * What cannot be booted is a kernel, too, if it looks like one: it is refused by name then. Archives are all sorts of
 * things, and go by their names.
 */
function isKernel(path: string): boolean {
  const found = statIfThere(path);
  if (!found) return false;
  if (found.isDirectory()) return isSource(path) || findKernelIn(path).kind !== 'none';
  if (!found.isFile()) return false;
  const name = basename(path);
  if (/\.(?:deb|rpm)$/.test(name) || (isTarName(name) && /^(?:linux|kernel)/.test(name)) || name === 'vmlinux')
    return true;
  const foreign = describeForeignImage(readHead(path), path);
  return readImageRelease(path) !== undefined || (foreign !== undefined && foreign.code !== 'compressed-kernel');
}

/** A path through a file (`run.sh/x`), or one that may not be looked at, is nothing here. */
function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
