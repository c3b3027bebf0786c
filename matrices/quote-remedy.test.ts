import { expect, test } from 'vitest';
import { describeError } from '../orchestrator/model/errors.ts';
import { parseMatrix } from './load.ts';

const OPTIONS = { env: { HOME: '/home/me' }, offered: { fio: ['one'] } };

interface Parts {
  readonly kernel?: string;
  readonly suite?: string;
}

function refusal({ kernel = '{ name: k, debian: { release: bookworm } }', suite = '{ name: fio }' }: Parts): string {
  const text = `version: 1\nname: t\nkernels: [${kernel}]\npmem: [{ name: p, devices: [{ kind: nvdimm, size: 64M }] }]\nsuites: [${suite}]\n`;
  try {
    return JSON.stringify(parseMatrix(text, 'm.yaml', OPTIONS).kernels[0]);
  } catch (error) {
    return describeError(error);
  }
}

const named = (name: string): string => refusal({ kernel: `{ name: ${name}, debian: { release: bookworm } }` });
const atRef = (ref: string): string => refusal({ kernel: `{ name: k, source: { tree: /linux, ref: ${ref} } }` });

test.each([
  '6.10',
  '6.0',
  '010',
  '0x10',
  '0o17',
  '1e3',
  '4225332e17',
  '00123456',
  '123456789012345678901234567890',
  'true',
  'False',
  'null',
  'NULL',
])('the name %s is shown and quoted as it is written', (written) =>
  expect(named(written)).toBe(`m.yaml:3:19: expected a name, not ${written}\n  fix: quote it: "${written}"`),
);

test.each(['-5', '+1', '.5', '1E+3', '-.inf', '.nan', '~'])(
  'the name %s would be refused in quotes, too: they are not offered',
  (written) => expect(named(written)).toBe(`m.yaml:3:19: expected a name, not ${written}`),
);

test.each(['1_000', 'yes', 'no', 'on', '2026-01-02', '6.1.0'])(
  'the name %s is text, and stays as it is written',
  (written) => expect(named(written)).toContain(`"name":"${written}"`),
);

test.each(['00123456', '4225332e17', '1234567890123456789012', '6.10', '0x1234'])(
  'the revision %s is quoted as it is written',
  (written) =>
    expect(atRef(written)).toBe(`m.yaml:3:51: expected a revision, not ${written}\n  fix: quote it: "${written}"`),
);

test('an empty value is not quoted', () => expect(named('')).toMatch(/expected a name, but nothing is there$/));

test('a value that an alias repeats is quoted as its anchor writes it', () => {
  expect(
    refusal({
      kernel: '{ name: k, source: { tree: /linux, ref: &r 6.10 } }, { name: m, source: { tree: /linux, ref: *r } }',
    }),
  ).toBe(
    'm.yaml:3:54: expected a revision, not 6.10\n  fix: quote it: "6.10"\nm.yaml:3:104: expected a revision, not 6.10\n  fix: quote it: "6.10"',
  );
});

test('a word of a list is quoted where it stands', () => {
  expect(refusal({ suite: '{ name: command, run: [./probe, 010, --rate=1] }' })).toBe(
    'm.yaml:5:42: expected a command, not 010\n  fix: quote it: "010"',
  );
});

test('several are quoted each as it is written', () => {
  expect(
    refusal({ kernel: '{ name: 6.10, debian: { release: bookworm } }, { name: 6.1, debian: { release: 12 } }' }),
  ).toBe(
    [
      'm.yaml:3:19: expected a name, not 6.10\n  fix: quote it: "6.10"',
      'm.yaml:3:66: expected a name, not 6.1\n  fix: quote it: "6.1"',
      'm.yaml:3:90: expected a Debian release such as bookworm, not 12',
    ].join('\n'),
  );
});
