import { afterEach, expect, test, vi } from 'vitest';
import { parseDotConfig } from '../kconfig/dot-config.ts';
import { requireConfigTools } from './config-tools.ts';

afterEach(() => vi.unstubAllEnvs());

test('programs that only some options want are missed before anything is compiled', async () => {
  vi.stubEnv('PATH', '/nowhere');
  const config = parseDotConfig(
    'CONFIG_KERNEL_ZSTD=y\nCONFIG_IKHEADERS=m\n# CONFIG_DEBUG_INFO_BTF is not set\nCONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY="certs/signing_key.pem"\n',
  );
  await expect(requireConfigTools(config)).rejects.toMatchObject({
    code: 'no-build-tools',
    message:
      'This host cannot compile this configuration: it lacks zstd (for CONFIG_KERNEL_ZSTD), cpio (for CONFIG_IKHEADERS), openssl (for CONFIG_MODULE_SIG).',
  });
});

test('no program is wanted for what is off', async () => {
  vi.stubEnv('PATH', '/nowhere');
  await expect(
    requireConfigTools(parseDotConfig('CONFIG_KERNEL_GZIP=y\nCONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_KEY=""\n')),
  ).resolves.toBeUndefined();
});
