import { expect, test } from 'vitest';
import { classifyAptFailure, downloadFailed, explainAptFailure, readShownPackage } from './apt-failure.ts';

test.each([
  ["E: The repository 'http://m nosuch Release' does not have a Release file.\nErr:1 404  Not Found", 'no-release'],
  [
    "W: GPG error: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 6ED0E7B82643E131",
    'signature',
  ],
  ['Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key 4CB5', 'signature'],
  [
    'E: Release file for http://m/dists/x/InRelease is expired (invalid since 3d). Updates will not be applied.',
    'expired',
  ],
  ['E: Failed to fetch http://m/dists/x/InRelease  Could not resolve m', 'network'],
  [
    "Err:1 Temporary failure resolving 'm'\nE: The repository 'http://m x Release' does not have a Release file.",
    'network',
  ],
] as const)('%j is classified as %s', (output, kind) => expect(classifyAptFailure(output)).toBe(kind));

test("an unreachable archive is reported with apt's own words and a way out", () => {
  const error = explainAptFailure(
    'bookworm',
    'http://m/debian',
    'Ign:1 http://m\nE: Failed to fetch http://m  Could not connect',
  );
  expect(error.message).toBe(
    'The Debian archive http://m/debian cannot be reached, and no earlier index of bookworm is cached:\n  E: Failed to fetch http://m  Could not connect',
  );
  expect(error.remedy).toContain('PMEMRIG_DEBIAN_MIRROR');
});

test('a release that the archive does not have is reported with what was most likely meant', () => {
  const output = "E: The repository 'http://m x Release' does not have a Release file.\nErr:1 404  Not Found";
  expect(explainAptFailure('bokworm', 'http://m/debian', output)).toMatchObject({
    name: 'UserError',
    code: 'unknown-debian-release',
    remedy: 'did you mean bookworm?',
  });
  // Known, but gone from the archive.
  expect(explainAptFailure('bullseye', 'http://m/debian', output).remedy).toContain('name a suite of the archive');
});

const asked = { suite: 'bookworm', name: 'linux-image-amd64', dir: '/cache/apt/bookworm' };
const failed = (output: string) => ({ ok: false, stdout: '', output });

test('a package that the index does not have is no failure', () => {
  expect(
    readShownPackage(asked, failed('N: Unable to locate package linux-image-amd64\nE: No packages found')),
  ).toBeUndefined();
});

test.each([
  [
    'an index that apt cannot read',
    failed(
      'E: Could not open file /cache/apt/bookworm/lists/x_Packages - open (13: Permission denied)\nE: No packages found',
    ),
  ],
  ['an apt-cache that dies without a word', failed('')],
  ['a record without what must be in it', { ok: true, stdout: 'Package: x\n', output: 'Package: x\n' }],
])("%s is the host's fault, and never reported as a missing package", (_, shown) => {
  expect(() => readShownPackage(asked, shown)).toThrow(
    expect.objectContaining({ name: 'InfraError', code: 'apt-index', remedy: expect.stringContaining(asked.dir) }),
  );
});

test.each([
  ["Could not resolve 'deb.example'", 'no-network'],
  ['Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)', 'no-network'],
  ['503  Service Unavailable [IP: 192.0.2.1 80]', 'no-network'],
  ['404  Not Found [IP: 192.0.2.1 80]', 'apt-download'],
  ['Hash Sum mismatch', 'apt-download'],
] as const)('a download that fails with %j is reported as %s', (words, code) => {
  expect(
    downloadFailed('x 1', 'http://m/debian', `E: Failed to fetch http://m/debian/pool/x.deb  ${words}`),
  ).toMatchObject({ code });
});
