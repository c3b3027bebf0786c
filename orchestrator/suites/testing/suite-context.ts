import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cell, CellId } from '../../model/cell.ts';
import type { Guest } from '../../model/guest.ts';
import type { FilesystemSpec, ImageSpec, SuiteSpec } from '../../model/matrix.ts';
import type { GuestDevice } from '../../model/pmem.ts';
import type { SuiteContext } from '../../model/suite.ts';
import { createFolderArtifacts } from './folder-artifacts.ts';

export const BOOKWORM: ImageSpec = { kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] };
export const FSDAX: GuestDevice = { kind: 'nvdimm', mode: 'fsdax', path: '/dev/pmem0', sizeBytes: 2 ** 30, dax: true };
export const RAW: GuestDevice = { kind: 'nvdimm', mode: 'raw', path: '/dev/pmem0', sizeBytes: 2 ** 30, dax: false };
export const EXT4_DAX: FilesystemSpec = { name: 'ext4-dax', type: 'ext4', mountOptions: 'dax=always', mkfsOptions: [] };
export const NO_FILESYSTEM: FilesystemSpec = { name: 'none', type: 'none', mountOptions: '', mkfsOptions: [] };

/** What a suite is opened with; artifacts go to a fresh folder, `artifactDir`, and are named within it. */
export function createSuiteContext<Spec extends SuiteSpec>(
  spec: Spec,
  guest: Guest,
  filesystem: FilesystemSpec,
): SuiteContext<Spec> & { readonly artifactDir: string } {
  const cell: Cell = {
    id: 'debian-6.1/nvdimm/ext4-dax/suite' as CellId,
    kernel: { kind: 'debian', name: 'debian-6.1', release: 'bookworm', flavour: 'amd64' },
    image: BOOKWORM,
    pmem: { name: 'nvdimm', devices: [] },
    filesystem,
    suite: spec,
    guest: { cpus: 2, memoryBytes: 2 ** 30, append: [] },
    tests: [],
  };
  const artifactDir = mkdtempSync(join(tmpdir(), 'pmemrig-suite-'));
  return {
    spec,
    cell,
    guest,
    artifactDir,
    artifacts: createFolderArtifacts(artifactDir),
    timeoutScale: 1,
    timeoutScaleWhy: '',
    buildCanary: async () => ({ kind: 'impossible', reason: 'no kernel is behind a fake guest' }),
    buildGuestTool: async () => ({ kind: 'impossible', reason: 'no compiler' }),
    log: () => undefined,
  };
}
