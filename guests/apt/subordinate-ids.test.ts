import { expect, test } from 'vitest';
import { requireSubordinateIds } from './subordinate-ids.ts';

/** A host whose kernel forbids user namespaces to all. */
const withoutUserNamespaces = (argv: readonly string[]) => {
  const ok = !argv.includes('--user');
  return Promise.resolve({ ok, stdout: '', output: ok ? '' : 'unshare: unshare failed: Operation not permitted' });
};

const withoutNamespaces = () =>
  Promise.resolve({ ok: false, stdout: '', output: 'unshare: unshare failed: Operation not permitted' });

test('root needs no user namespace', async () => {
  await expect(requireSubordinateIds({ uid: 0, run: withoutUserNamespaces })).resolves.toBeUndefined();
});

test('a normal user does, and is shown how to get one on any distribution', async () => {
  await expect(requireSubordinateIds({ uid: 1000, run: withoutUserNamespaces })).rejects.toMatchObject({
    code: 'no-user-namespace',
    remedy: expect.not.stringContaining('apt'),
  });
});

test('root of a container that lacks a capability is shown which', async () => {
  await expect(requireSubordinateIds({ uid: 0, run: withoutNamespaces })).rejects.toMatchObject({
    remedy: expect.stringContaining('SYS_ADMIN'),
  });
});
