import { XFSTEST_NAME } from '../../../matrices/suites/xfstests.ts';
import { UserError } from '../../model/errors.ts';
import type { SuiteInOnce } from '../../model/suite-in-once.ts';
import { present } from '../../model/present.ts';

export const xfstestsInOnce: SuiteInOnce = {
  hint: (env) =>
    (env['XFSTESTS_TREE'] ?? '') === ''
      ? undefined
      : '$XFSTESTS_TREE is set: --group dax runs its tests for DAX, a quarter of an hour without KVM',
  ownsTest: (word) => XFSTEST_NAME.test(word),
  isChosen: ({ group }, { alone }) => group !== undefined || alone.length > 0,
  refuseIdle({ group }, { alone: [named] }) {
    const chosen = group ? '--group' : named === undefined ? undefined : `--test ${named}`;
    return chosen === undefined
      ? undefined
      : new UserError(`${chosen} chooses tests of xfstests, which --suite leaves out`, {
          code: 'idle-flag',
          remedy: 'add xfstests to --suite, or leave --suite out',
        });
  },
  keys({ group }, { alone, prefixed }) {
    const tests = group || alone.length > 0 ? alone : prefixed.filter((name) => XFSTEST_NAME.test(name));
    return { ...present({ groups: group }), ...(tests.length > 0 && { tests }) };
  },
  flagOf: { groups: 'group', tests: 'test' },
  filesystem: { onDax: 'ext4-dax', elsewhere: 'ext4' },
  // TEST, SCRATCH and LOGWRITES_DEV.
  devices: (one) => [one, { ...one }, { kind: 'virtio-blk', size: one['size'] ?? '' }],
  packageSets: ['xfstests'],
};
