import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatPosition, UserError } from '../../../orchestrator/model/errors.ts';
import { digestOf } from '../../store/digest.ts';
import { ownFile, writeAnew } from '../../store/own-file.ts';
import { adaptBase, ADAPTATION_VERSION } from './adapt-base.ts';
import type { ConfigBase } from './config-base.ts';
import { type DotConfig, findUnmet, parseDotConfig } from './dot-config.ts';
import type { ConfiguredKernel } from './evaluate.ts';
import { explainOption } from './explain-option.ts';
import { parseFragment, type WantedOption } from './fragment.ts';
import { loadFragments } from './load-fragments.ts';
import { composeConfig, mergeOptions } from './merge-options.ts';
import { parseKconfig } from './parse-kconfig.ts';
import { readKconfig } from './read-kconfig.ts';

interface ConfigureOptions {
  /** Top of a kernel source that is configured and built in place. */
  readonly sourceDir: string;
  readonly base: ConfigBase;
  /** In order, the later wins: names of the rig's fragments, and absolute paths of the user's own. */
  readonly fragments: readonly string[];
  /** Runs `make` in that folder with these targets and variables; rejects when it fails. */
  readonly make: (words: readonly string[]) => Promise<void>;
  readonly hasPahole: boolean;
}

interface Configured {
  readonly configText: string;
  readonly config: DotConfig;
  /** Options that fragments override, and those of a whole `.config` that had to be changed. */
  readonly notes: readonly string[];
}

/**
 * Rejects with UserError as {@link loadFragments} does. The same digest: the same source gets the same configuration.
 */
export async function digestConfigInputs(base: ConfigBase, fragments: readonly string[]): Promise<string> {
  const texts = (await loadFragments(fragments)).map(({ text }) => text);
  return typeof base === 'string'
    ? digestOf('string', base, texts)
    : digestOf('object', base.text, texts, ADAPTATION_VERSION);
}

/**
 * Writes `<sourceDir>/.config` and checks that every option asked for is in it. Rejects with UserError `config-unmet`
 * that names each option that is not, who asked for it, and what blocks it.
 */
export async function configureKernel({
  sourceDir,
  base,
  fragments,
  make,
  hasPahole,
}: ConfigureOptions): Promise<Configured> {
  const texts = await loadFragments(fragments);
  const { wanted, notes } = mergeOptions(texts.map(({ file, text }) => parseFragment(text, file)));
  const dotConfig = join(sourceDir, '.config');

  const adapted =
    typeof base === 'string'
      ? { text: await makeBase(base, sourceDir, make), notes: [] }
      : await adaptBase(base, wanted, { sourceDir, hasPahole });
  await complete(base, composeConfig(adapted.text, wanted), { sourceDir, dotConfig, make });
  const configText = await readFile(await ownFile(sourceDir, '.config'), 'utf8');

  const config = parseDotConfig(configText);
  const unmet = findUnmet(wanted, config);
  if (unmet.length > 0) await refuseUnmet(unmet, { config, tree: parseKconfig(await readKconfig(sourceDir)) });
  return { configText, config, notes: [...adapted.notes, ...noteLostRealTime(base, config), ...notes] };
}

async function makeBase(
  base: 'tiny' | 'defconfig',
  sourceDir: string,
  make: ConfigureOptions['make'],
): Promise<string> {
  await make([base === 'tiny' ? 'tinyconfig' : 'defconfig']);
  return await readFile(await ownFile(sourceDir, '.config'), 'utf8');
}

/**
 * Lets kconfig decide the options without a request: on the tiny base all of that stays off, else it gets its default.
 */
async function complete(
  base: ConfigBase,
  text: string,
  {
    sourceDir,
    dotConfig,
    make,
  }: { readonly sourceDir: string; readonly dotConfig: string; readonly make: ConfigureOptions['make'] },
): Promise<void> {
  if (base !== 'tiny') {
    await writeAnew(dotConfig, text);
    await make(['olddefconfig']);
    return;
  }
  const asked = join(sourceDir, '.config.asked');
  await writeAnew(asked, text);
  await make([`KCONFIG_ALLCONFIG=${asked}`, 'allnoconfig']);
  await rm(asked);
}

/**
 * A base is no demand, but who names one of a real-time kernel wants a real-time kernel. Before 6.12 its patches are
 * not in the source.
 */
function noteLostRealTime(base: ConfigBase, config: DotConfig): string[] {
  if (
    typeof base === 'string' ||
    parseDotConfig(base.text).get('PREEMPT_RT') !== 'y' ||
    config.get('PREEMPT_RT') === 'y'
  )
    return [];
  return [`${base.name}: the kernel is not a real-time one, since this source has no CONFIG_PREEMPT_RT for it`];
}

async function refuseUnmet(unmet: readonly WantedOption[], kernel: ConfiguredKernel): Promise<void> {
  const missing = unmet.filter(({ optional, name }) => !optional || kernel.tree.options.has(name));
  if (missing.length === 0) return;
  const lines = missing.map((option) => {
    const actual = kernel.config.get(option.name) ?? 'n';
    const was = kernel.tree.options.has(option.name) ? ` (it is ${actual})` : '';
    return (
      `  ${formatPosition(option.origin)}: CONFIG_${option.name}=${option.value} did not stick${was}: ` +
      `${explainOption(option, kernel)}.`
    );
  });
  throw new UserError(
    `The kernel's configuration lacks ${missing.length} of the options that were asked for:\n${lines.join('\n')}`,
    {
      code: 'config-unmet',
      remedy:
        'add what they depend on to a fragment, or leave out the fragment or option that this kernel cannot have.',
    },
  );
}
