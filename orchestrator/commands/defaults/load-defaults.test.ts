import { expect, test } from 'vitest';
import { describeError } from '../../model/errors.ts';
import { defaultsJsonSchema } from './defaults-schema.ts';
import { DEFAULT_KEYS } from './keys.ts';
import { parseDefaults } from './load-defaults.ts';

/** What the terminal shows of a file. */
function shown(text: string): string {
  try {
    return parseDefaults(text, '/p/.pmemrig.yaml', {})
      .map(({ key, words }) => `${key} ${words.join(',')}`)
      .join('; ');
  } catch (error) {
    return describeError(error).replaceAll('/p/.pmemrig.yaml', 'F');
  }
}

test.each([
  ['cpus: 4\nsuite: [fio, dax]\nsize: 512M\n', 'cpus 4; suite fio,dax; size 512M'],
  ['', ''],
  ['# cpus: 4\n\n  # later\n', ''],
  ['config: +kasan', 'config +kasan'],
  ['config-base: debian/bookworm/amd64', 'config-base debian/bookworm/amd64'],
  ['kernel: ~', 'F:1:9: expected a kernel, not ~\n  fix: quote it'],
  [
    'kernel: "~/linux"',
    'F:1:9: the environment variable HOME is not set\n  fix: export HOME=…, or write the path in full',
  ],
  ['cpu: 4', 'F:1:1: unknown key "cpu" in the defaults\n  fix: use "cpus"'],
  ['suites: fio', 'F:1:1: unknown key "suites" in the defaults\n  fix: use "suite"'],
  ['jobs: 0', 'F:1:7: expected a number of guests, at least 1, not 0'],
  ['cpus: many', 'F:1:7: expected a number of CPUs, not "many"'],
  ['memory: 3X', 'F:1:9: expected a size such as 512M or 1G, not "3X"'],
  ['size: 1M', 'F:1:7: expected a device size between 16M and 1T, a multiple of 2M, not "1M"'],
  ['suite: [fio, daxx]', 'F:1:14: expected a suite, not "daxx"\n  fix: use "dax"; known values: '],
  ['fs: btrfs', 'F:1:5: expected a filesystem, not "btrfs"\n  fix: known values: ext4-dax, xfs-dax, ext4, xfs, none'],
  ['pmem: []', 'F:1:7: expected a pmem topology, not an empty list'],
  ['append: "a \\"b c\\""', 'F:1:9: quotes are not understood in kernel parameters'],
  ['- cpus', 'F:1:1: expected the defaults, as a mapping, not a list'],
  ['cpus: 4\ncpus: 5', 'F:2:1: the key cpus stands twice in one mapping\n  fix: remove or rename one of them'],
  ['a: [', 'F:1:5: not valid YAML: '],
  ['cpus: 4\n---\n', 'F:2:1: a file of defaults is one YAML document'],
  ['cpus: x\nmemory: 3X\n', 'F:1:7: expected a number of CPUs, not "x"\nF:2:9: expected a size'],
])('%j', (text, expected) => {
  if (expected === '' || /^[a-z]/.test(expected)) expect(shown(text)).toBe(expected);
  else expect(shown(text).slice(0, expected.length)).toBe(expected);
});

test.each(['qemu: ./evil', 'upload: ./x', 'publish: /srv', 'scenario: ./x.scenario.mjs'])(
  '%s: no key names a program of this host, nor where files of it go',
  (text) => expect(shown(text)).toContain('unknown key'),
);

test('the JSON Schema has each key with its description', () => {
  const { properties, additionalProperties } = defaultsJsonSchema() as {
    properties: Record<string, { description?: string }>;
    additionalProperties: boolean;
  };
  expect(Object.keys(properties)).toEqual([...DEFAULT_KEYS]);
  expect(Object.values(properties).filter(({ description }) => description === undefined)).toEqual([]);
  expect(additionalProperties).toBe(false);
});
