import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { PACKAGE_ROOT } from '../model/package-root.ts';

test('the CI files in docs/nightly.md are YAML, without a warning', () => {
  const text = readFileSync(join(PACKAGE_ROOT, 'docs', 'nightly.md'), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  for (const block of blocks) {
    const { errors, warnings } = parseDocument(block, { strict: true });
    expect([...errors, ...warnings]).toEqual([]);
  }
});
