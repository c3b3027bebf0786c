import { expect, test } from 'vitest';
import { classifyAptFailure, explainAptFailure } from './apt-failure.ts';

test.each([
  ["E: The repository 'http://m nosuch Release' does not have a Release file.\nErr:1 404  Not Found", 'no-release'],
  ["W: GPG error: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 6ED0E7B82643E131", 'signature'],
  ['Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key 4CB5', 'signature'],
  ["E: Release file for http://m/dists/x/InRelease is expired (invalid since 3d). Updates will not be applied.", 'expired'],
  ['E: Failed to fetch http://m/dists/x/InRelease  Could not resolve m', 'network'],
  ["Err:1 Temporary failure resolving 'm'\nE: The repository 'http://m x Release' does not have a Release file.", 'network'],
] as const)('%j is told as %s', (output, kind) => expect(classifyAptFailure(output)).toBe(kind));

test("an unreachable archive is told with apt's own words and a way out", () => {
  const error = explainAptFailure('bookworm', 'http://m/debian', 'Ign:1 http://m\nE: Failed to fetch http://m  Could not connect');
  expect(error.message).toBe('The Debian archive http://m/debian cannot be reached, and no earlier index of bookworm is cached:\n  E: Failed to fetch http://m  Could not connect');
  expect(error.remedy).toContain('PMEMRIG_DEBIAN_MIRROR');
});
