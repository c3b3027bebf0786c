import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseBzImageRelease } from '../../guests/kernels/kernel-release.ts';
import { readHead } from './find-modules.ts';

/** Of a source, or of a build's output. */
const IN_A_FOLDER = ['Kconfig', 'arch/x86/boot/bzImage', 'bzImage', 'vmlinuz'];

/**
 * `pmemrig once ~/linux`: a kernel that stands where a command would, before any `--`. Gives it, and the words that are left.
 * @param words what commander gathered, from before and after the `--`
 * @param argv the words as the user typed them
 */
export function takeKernelOperand(words: readonly string[], argv: readonly string[], cwd = process.cwd()): { readonly kernel?: string; readonly command: readonly string[] } {
  const behind = argv.includes('--') ? argv.length - argv.indexOf('--') - 1 : 0;
  const [operand, ...more] = words.slice(0, words.length - behind);
  if (operand === undefined || more.length > 0 || !isKernel(resolve(cwd, operand))) return { command: words };
  return { kernel: operand, command: words.slice(1) };
}

function isKernel(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  if (found.isDirectory()) return IN_A_FOLDER.some((name) => existsSync(join(path, name)));
  if (!found.isFile()) return false;
  return path.endsWith('.deb') || basename(path) === 'vmlinux' || parseBzImageRelease(readHead(path)) !== undefined;
}
