import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMatrix } from '../../matrices/load.ts';
import { describeError, KernelUnfitError, UserError } from '../model/errors.ts';
import type { ExcludeRule, Matrix, SelectRule } from '../model/matrix.ts';
import type { Cell, Plan } from '../model/cell.ts';
import { expandMatrix, type SuiteOf } from './expand.ts';
import type { PlannedSuite } from './plan-tests.ts';

type PlanSuite = PlannedSuite['plan'];

/** All suites plan by this function. */
const planBy = (plan: PlanSuite): { readonly suiteFor: SuiteOf } => ({ suiteFor: () => ({ plan }) });

const planOne: PlanSuite = ({ spec }) => [{ name: `${spec.name}/one`, estimateSec: 3 }];

const noBlock: PlanSuite = (context) => {
  if (context.pmem.name === 'block' && context.spec.name === 'fio')
    throw new UserError('fio needs DAX', { code: 'no-dax' });
  return planOne(context);
};

function throwing(error: Error): PlanSuite {
  return () => {
    throw error;
  };
}

function matrixOf(extra = ''): Matrix {
  return parseMatrix(
    `
version: 1
name: test
kernels: [{ name: k1, debian: { release: bookworm } }, { name: k2, debian: { release: trixie } }]
images: [{ name: i1, debian: { release: bookworm } }, { name: i2, debian: { release: trixie } }]
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 64M }] }, { name: block, devices: [{ kind: virtio-blk, size: 64M }] }]
filesystems: [{ name: none, type: none }, { name: ext4, type: ext4 }]
suites: [{ name: fio, jobs: [job] }, { name: command, run: ls }]
${extra}`,
    'test.yaml',
    { env: {}, offered: { fio: ['job'] } },
  );
}

const idsOf = ({ cells }: Plan): string[] => cells.map((cell) => cell.id);

function expansionError(matrix: Matrix, planSuite: PlanSuite = planOne): string {
  try {
    expandMatrix(matrix, planBy(planSuite));
    return 'no error';
  } catch (error) {
    return describeError(error);
  }
}

test('without include rules it is the full product, kernels outermost', () => {
  const ids = idsOf(expandMatrix(matrixOf(), planBy(planOne)));
  expect(ids).toHaveLength(32);
  expect(ids.slice(0, 5)).toEqual([
    'k1/nvdimm/fio',
    'k1/nvdimm/command',
    'k1/nvdimm/ext4/fio',
    'k1/nvdimm/ext4/command',
    'k1/block/fio',
  ]);
});

test('an id names the image unless it is the first, and the filesystem unless it is none', () => {
  const ids = idsOf(expandMatrix(matrixOf('include: [{ kernel: k1, pmem: nvdimm, suite: fio }]'), planBy(planOne)));
  expect(ids).toEqual(['k1/nvdimm/fio', 'k1/nvdimm/ext4/fio', 'k1@i2/nvdimm/fio', 'k1@i2/nvdimm/ext4/fio']);
});

test('each cell boots, checks its pmem, then runs the tests of its suite and closes it', () => {
  const [cell] = expandMatrix(matrixOf(), planBy(planOne)).cells;
  expect(cell?.tests.map((one) => one.name)).toEqual(['guest/boot', 'guest/pmem', 'fio/one', 'guest/close']);
});

test('include rules apply in order, and a cell that two of them select comes once', () => {
  const plan = expandMatrix(
    matrixOf(
      'include: [{ kernel: k2, image: i1, pmem: block, filesystem: none }, { image: i1, pmem: block, filesystem: none }]',
    ),
    planBy(planOne),
  );
  expect(idsOf(plan)).toEqual(['k2/block/fio', 'k2/block/command', 'k1/block/fio', 'k1/block/command']);
});

test('what an exclude rule removes is kept with the reason of the first such rule', () => {
  const plan = expandMatrix(
    matrixOf(
      'exclude: [{ image: i2, reason: slow }, { suite: "c*", reason: later }, { filesystem: ext4, reason: no }]',
    ),
    planBy(planOne),
  );
  expect(idsOf(plan)).toEqual(['k1/nvdimm/fio', 'k1/block/fio', 'k2/nvdimm/fio', 'k2/block/fio']);
  expect(plan.excluded).toHaveLength(28);
  expect(plan.excluded.find(({ id }) => id === 'k1@i2/nvdimm/command')?.reason).toBe('slow');
});

test('an exclude rule that fits no cell is warned of', () => {
  const rules =
    'include: [{ kernel: k1, pmem: nvdimm }]\nexclude: [{ pmem: block, reason: no DAX }, { suite: fio, reason: not now }]';
  expect(expandMatrix(matrixOf(rules), planBy(planOne)).warnings).toEqual(['the exclude rule "no DAX" fits no cell']);
  expect(expandMatrix(matrixOf(), planBy(planOne))).not.toHaveProperty('warnings');
});

/** The warnings of two kernels and a virtio-pmem device. */
function warningsOf(namespace: string) {
  const text = `version: 1\nname: t\nkernels: [{ name: k, debian: { release: bookworm } }, { name: l, debian: { release: trixie } }]\npmem: [{ name: p, devices: [{ kind: virtio-pmem, size: 64M${namespace} }] }]\nsuites: [{ name: command, run: /bin/true }]`;
  return expandMatrix(parseMatrix(text, 't.yaml', { env: {}, offered: { fio: [] } }), planBy(planOne)).warnings;
}

test('device-DAX over virtio-pmem is warned of, once for each topology that a cell has', () => {
  expect(warningsOf(', namespace: devdax')).toEqual([
    expect.stringMatching(/^pmem "p": .*MAP_SYNC.*flushed to the host/),
  ]);
  for (const namespace of ['', ', namespace: fsdax', ', namespace: sector'])
    expect(warningsOf(namespace)).toBeUndefined();
});

/** One kernel, XFS, and a topology of these devices. */
function xfsOn(devices: string): Matrix {
  const text = `version: 1\nname: t\nkernels: [{ name: k, debian: { release: bookworm } }]\npmem: [{ name: p, devices: [${devices}] }]\nfilesystems: [{ name: x, type: xfs }]\nsuites: [{ name: fio }]`;
  return parseMatrix(text, 't.yaml', { env: {}, offered: { fio: ['job'] } });
}

test('a file system that no device can hold is refused before anything boots', () => {
  expect(expansionError(xfsOn('{ kind: nvdimm, size: 1G, namespace: devdax }'))).toContain(
    'x needs a block device, and p has device-DAX nodes alone',
  );
  expect(expansionError(xfsOn('{ kind: nvdimm, size: 298M }, { kind: virtio-blk, size: 64M }'))).toContain(
    'x needs 300M, as mkfs.xfs makes nothing smaller, and p has devices of 298M',
  );
  expect(expansionError(xfsOn('{ kind: nvdimm, size: 512M }'))).toBe('no error');
});

test('such a file system is no matter to a suite that makes none', () => {
  const matrix = xfsOn('{ kind: nvdimm, size: 1G, namespace: devdax }');
  const { cells } = expandMatrix(matrix, { suiteFor: () => ({ plan: planOne, ignoresFilesystem: true }) });
  expect(cells).toHaveLength(1);
});

test("the guest of a cell is what its suite makes of the matrix's", () => {
  const [cell] = expandMatrix(matrixOf(), {
    suiteFor: () => ({ plan: planOne, guestFor: (_spec, guest) => ({ ...guest, cpus: 7 }) }),
  }).cells;
  expect(cell?.guest).toEqual({ ...matrixOf().guest, cpus: 7 });
});

test('a matrix without any cell left is an error', () => {
  expect(expansionError(matrixOf('exclude: [{ reason: all of them }]'))).toBe(
    'test: no cell is left: the exclude rules remove all 32\n  fix: narrow or remove an exclude rule',
  );
});

const blindK1: PlanSuite = (context) => {
  if (context.kernel.name === 'k1' && context.spec.name === 'command')
    throw new KernelUnfitError('k1 sees nothing', { code: 'no-prove-locking' });
  return planOne(context);
};

describe('a suite that does not fit a kernel', () => {
  test('is left out there, and reported as excluded, while another kernel runs it', () => {
    const plan = expandMatrix(matrixOf('include: [{ image: i1, pmem: nvdimm, filesystem: none }]'), planBy(blindK1));
    expect(idsOf(plan)).toEqual(['k1/nvdimm/fio', 'k2/nvdimm/fio', 'k2/nvdimm/command']);
    expect(plan.excluded).toEqual([{ id: 'k1/nvdimm/command', reason: 'k1 sees nothing' }]);
  });

  test('is an error where no kernel runs it: nothing that was asked for vanishes', () => {
    expect(
      expansionError(matrixOf('include: [{ kernel: k1, image: i1, pmem: nvdimm, filesystem: none }]'), blindK1),
    ).toContain('cell k1/nvdimm/command can never work: k1 sees nothing');
  });
});

describe('a combination that can never work', () => {
  test('names the cells and the rule that leaves them out', () => {
    expect(expansionError(matrixOf('include: [{ kernel: k1, image: i1 }]'), noBlock)).toBe(
      [
        'test: cell k1/block/fio can never work: fio needs DAX',
        '  k1/block/ext4/fio: fio needs DAX',
        '  fix: add to exclude: { pmem: block, filesystem: none, suite: fio, reason: … }, or name the wanted cells in include',
      ].join('\n'),
    );
  });

  test('is reported for ten cells and then counted', () => {
    expect(
      expansionError(matrixOf(), throwing(new UserError('never', { code: 'never' })))
        .split('\n')
        .at(-2),
    ).toBe('  and 21 more');
  });

  test('is no error when it is excluded', () => {
    expect(expansionError(matrixOf('exclude: [{ pmem: block, suite: fio, reason: no DAX }]'), noBlock)).toBe(
      'no error',
    );
  });

  test('a mistake in the suite itself is thrown as it is', () => {
    expect(() => expandMatrix(matrixOf(), planBy(throwing(new TypeError('bug'))))).toThrow(TypeError);
  });

  test.each([
    ['nvdimm, size: 64M, namespace: raw', false],
    ['nvdimm, size: 64M, namespace: sector', true],
    ['nvdimm, size: 64M, namespace: devdax', true],
    ['virtio-blk, size: 64M', true],
    ['nvdimm, size: 64M', false],
    ['virtio-pmem, size: 64M', false],
    ['e820, size: 64M', false],
  ])('dax=always on %s: %s', (device, refused) => {
    const text = `version: 1\nname: t\nkernels: [{ name: k, debian: { release: bookworm } }]\npmem: [{ name: p, devices: [{ kind: ${device} }] }]\nfilesystems: [{ name: f, type: ext4, mount: "noatime,dax=always" }]\nsuites: [{ name: fio }]\n`;
    const shown = expansionError(parseMatrix(text, 't.yaml', { env: {}, offered: { fio: [] } }));
    expect(
      shown.startsWith(
        't: cell k/p/f/fio can never work: f mounts with noatime,dax=always, but no device of p can do DAX',
      ),
    ).toBe(refused);
  });
});

const subset = (names: readonly string[]) => fc.option(fc.subarray([...names], { minLength: 1 }), { nil: undefined });
const ruleArbitrary = fc
  .record({
    kernel: subset(['k1', 'k2']),
    image: subset(['i1', 'i2']),
    pmem: subset(['nvdimm', 'block']),
    filesystem: subset(['none', 'ext4']),
    suite: subset(['fio', 'command']),
  })
  // A rule's absent axis is no key at all.
  .map((rule) => Object.fromEntries(Object.entries(rule).filter(([, globs]) => globs !== undefined)) as SelectRule);

function selects(rule: SelectRule, cell: Cell): boolean {
  return (['kernel', 'image', 'pmem', 'filesystem', 'suite'] as const).every(
    (axis) => rule[axis]?.includes(cell[axis].name) ?? true,
  );
}

test('for any rules: ids are unique, cells are what include selects and exclude does not, nothing is lost', () => {
  const base = matrixOf();
  const all = expandMatrix(base, planBy(planOne)).cells;
  fc.assert(
    fc.property(
      fc.array(ruleArbitrary, { maxLength: 3 }),
      fc.array(ruleArbitrary, { maxLength: 2 }),
      (include, excludeRules) => {
        const exclude: ExcludeRule[] = excludeRules.map((rule) => ({ ...rule, reason: 'r' }));
        const included = all.filter((cell) => include.length === 0 || include.some((rule) => selects(rule, cell)));
        const wanted = included.filter((cell) => !exclude.some((rule) => selects(rule, cell)));
        fc.pre(wanted.length > 0);
        const plan = expandMatrix({ ...base, include, exclude }, planBy(planOne));
        const ids = [...idsOf(plan), ...plan.excluded.map(({ id }) => id)];
        expect(new Set(ids).size).toBe(ids.length);
        expect(idsOf(plan).toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
        expect(ids.toSorted()).toEqual(included.map(({ id }) => id).toSorted());
      },
    ),
  );
});
