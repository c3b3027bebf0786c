import { execa } from 'execa';
import { InfraError } from '../model/errors.ts';

/** Far above what it takes, so that a hang ends. */
const DEADLINE_MS = 300_000;

/**
 * ms that virtme-ng takes from its start to the output of a first command in a guest with the same kernel, cores,
 * memory and accelerator. `vng` is its program; `kernel` must lie where virtme-ng finds its modules.
 */
export async function benchVirtmeNg(vng: string, kernel: string, accelerator: 'kvm' | 'tcg'): Promise<number> {
  const start = performance.now();
  // Verbose, since virtme-ng without a terminal shows nothing else; the sum sets the answer apart from the command line
  // that it echoes.
  const args = [
    '--verbose',
    '--run',
    kernel,
    '--cpus',
    '2',
    '--memory',
    '2G',
    ...(accelerator === 'tcg' ? ['--disable-kvm', '--disable-microvm'] : []),
    '--',
    'echo pmemrig-answer-$((6 * 7))',
  ];
  let answeredMs: number | undefined;
  const child = execa(vng, args, { reject: false, stdin: 'ignore', all: true, timeout: DEADLINE_MS, buffer: true });
  child.all.on('data', (chunk: Buffer) => {
    if (chunk.includes('pmemrig-answer-42')) answeredMs ??= performance.now() - start;
  });
  const { all } = await child;
  if (answeredMs === undefined)
    throw new InfraError(`${vng} never answered: ${all.slice(-400)}`, { code: 'virtme-ng' });
  return answeredMs;
}
