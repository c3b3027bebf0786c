import { expect, test } from 'vitest';
import { describeFailedPatch } from './failed-patch.ts';

const DIFF = `Some words.
---
 drivers/nvdimm/bus.c | 3 ++-

diff --git a/drivers/nvdimm/bus.c b/drivers/nvdimm/bus.c
--- a/drivers/nvdimm/bus.c
+++ b/drivers/nvdimm/bus.c
@@ -10,3 +10,3 @@ static int one(void)
 a
-b
+c
 d
@@ -40,2 +40,3 @@ static int two(void)
 x
+--- y
 z
--
2.39.5
`;

test('a hunk that does not fit is shown with its place', () => {
  const output = 'error: patch failed: drivers/nvdimm/bus.c:40\nerror: drivers/nvdimm/bus.c: patch does not apply\n';
  expect(describeFailedPatch(output, DIFF)).toBe(
    [
      '  drivers/nvdimm/bus.c:40: hunk 2 of 2 does not fit:',
      '    @@ -40,2 +40,3 @@ static int two(void)',
      '     x',
      '    +--- y',
      '     z',
    ].join('\n'),
  );
});

test("what is no matter of hunks is reported in git's own words", () => {
  expect(describeFailedPatch('error: drivers/dax/none.c: No such file or directory\n', DIFF)).toBe(
    '  drivers/dax/none.c: No such file or directory',
  );
  expect(describeFailedPatch('error: corrupt patch at line 12\n', DIFF)).toBe('  corrupt patch at line 12');
});
