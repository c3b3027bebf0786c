import type { PlannedTest } from '../../model/cell.ts';
import { SuiteAbsentError, UserError } from '../../model/errors.ts';
import type { SuitePlanContext } from '../../model/suite.ts';
import type { XfstestsSuiteSpec } from '../../../matrices/suites/xfstests.ts';
import { isMounted } from '../shared/mkfs-command.ts';
import { assignRoles } from './assign-roles.ts';
import { readCatalogue } from './read-tree.ts';
import { selectTests } from './select-tests.ts';

/** On TCG, with what the harness does around it (mount, fsck). */
const QUICK_SEC = 25;
const OTHER_SEC = 60;

/**
 * The tests of a cell, `xfstests/generic/413`, from the tree's own group lists: the guest has no say in what it is to
 * run. Throws SuiteAbsentError without a tree, UserError for a cell that can't run xfstests at all.
 */
export function planXfstests({
  spec,
  image,
  pmem,
  filesystem,
}: SuitePlanContext<XfstestsSuiteSpec>): readonly PlannedTest[] {
  if (!spec.tree) {
    throw new SuiteAbsentError(
      'no xfstests tree is named: build one from its own repository (it is in no package) ' +
        'on the Debian release of the image, and let $XFSTESTS_TREE or tree: name it',
      {
        code: 'no-xfstests-tree',
        remedy: 'export XFSTESTS_TREE=…, see docs/xfstests.md',
      },
    );
  }
  if (!isMounted(filesystem))
    throw new UserError('xfstests needs a file system, and the cell has none', {
      code: 'no-filesystem',
      remedy: 'give the suite a filesystem of type ext4, xfs or ext2',
    });
  if (image.kind === 'debian' && image.sets?.includes('xfstests') !== true) {
    throw new UserError(`the image ${image.name} lacks what xfstests calls`, {
      code: 'no-package-set',
      remedy: `add sets: [xfstests] to its debian:`,
    });
  }
  assignRoles(pmem, filesystem);
  const tests = selectTests(readCatalogue(spec.tree, image), spec, filesystem.type);
  if (tests.length === 0)
    throw new UserError(`no xfstest of ${[...spec.groups, ...spec.tests].join(', ')} is for ${filesystem.type}`, {
      code: 'no-xfstest',
      remedy: 'name other groups, or tests',
    });
  return tests.map(({ name, groups }) => ({
    name: `${spec.name}/${name}`,
    estimateSec: groups.has('quick') ? QUICK_SEC : OTHER_SEC,
  }));
}
