import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEVICE_KINDS } from '../../orchestrator/model/device-kinds.ts';
import { PACKAGE_ROOT } from '../../orchestrator/model/package-root.ts';

/** A device's kind compared with a name. */
const QUESTION = new RegExp(`(?:[=!]==|case) '(?:${DEVICE_KINDS.join('|')})'`);

function findQuestions(path: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => (QUESTION.test(line) ? [`${path}:${index + 1}`] : []));
}

test('nobody asks for a kind of device by its name: a trait or its own folder says what matters', () => {
  const paths = ['guests', 'matrices', 'orchestrator', 'reports'].flatMap((folder) =>
    readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .map((path) => join(folder, path)),
  );
  expect(paths.length).toBeGreaterThan(500);
  expect(paths.flatMap((path) => findQuestions(path, readFileSync(join(PACKAGE_ROOT, path), 'utf8')))).toEqual([]);
});

test.each([
  ["if (device.kind === 'nvdimm') return;", 1],
  ["kind !== 'virtio-blk'", 1],
  ["    case 'e820':", 1],
  ["{ kind: 'nvdimm', size }", 0],
])('%j asks %i times', (text, count) => expect(findQuestions('a.ts', text)).toHaveLength(count));
