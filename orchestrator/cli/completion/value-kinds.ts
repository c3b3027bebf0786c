import type { ValueKind } from '../../commands/offer/offer-values.ts';

/** What each flag that takes a value completes to, where others than the user can know. A verb's own row comes first. */
export const FLAG_KINDS: Readonly<Record<string, ValueKind>> = {
  '--base': 'bases',
  '--baseline': 'baselines',
  '--config': 'fragments',
  '--config-base': 'bases',
  '--fs': 'filesystems',
  '--image': 'releases',
  '--kernel': 'kernels',
  '--mail': 'files',
  '--measure': 'measures',
  '--modules': 'folders',
  '--patch': 'files',
  '--pmem': 'pmem',
  '--publish': 'folders',
  '--remove': 'pins',
  '--resume': 'runs',
  '--runs': 'folders',
  '--suite': 'suites',
  '--test': 'tests',
  '--upload': 'folders',
  'series --base': 'sources',
};

/** The same for operands, by the name that the help gives them. */
export const OPERAND_KINDS: Readonly<Record<string, ValueKind>> = {
  base: 'comparable',
  command: 'kernels',
  'shell command': 'files',
  files: 'files',
  kernel: 'builtKernels',
  matrix: 'matrices',
  run: 'runs',
  runs: 'runs',
  test: 'tests',
  what: 'rules',
};
