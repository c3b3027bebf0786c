import { formatPosition, type SourcePosition } from '../model/errors.ts';
import { ownDefaultsFile, runsDir } from '../model/paths.ts';
import { logLine } from '../host/log-line.ts';
import { printJson, printText } from '../host/print.ts';
import { findDefaultsFiles, here, PROJECT_FILE } from './defaults/find-files.ts';
import { DEFAULT_KEYS, type DefaultKey } from './defaults/keys.ts';
import { loadDefaults } from './defaults/load-defaults.ts';

/** What a flag without a value means. */
const UNSAID: Partial<Readonly<Record<DefaultKey, string>>> = {
  config: "the rig's own",
  'config-base': 'tiny',
  fs: 'ext4-dax where the device can do DAX, none for a command',
  suite: 'fio and a quick part of flush and dax, none beside a command',
  append: 'none',
  boot: 'auto',
  jobs: 'as many as memory and cores admit',
};

type Shown = { readonly key: DefaultKey; readonly value: string } & (
  | ({ readonly origin: 'file' } & SourcePosition)
  | { readonly origin: 'environment'; readonly variable: string }
  | { readonly origin: 'built-in' }
);

/** `pmemrig config`: each default and where it comes from. `builtIn` is what the flags of `once` stand at. */
export async function configCommand(
  builtIn: ReadonlyMap<DefaultKey, string>,
  { json }: { readonly json?: boolean },
  place = here(),
): Promise<number> {
  const { paths, warnings } = findDefaultsFiles(place);
  for (const warning of warnings) logLine(`warning: ${warning}`);
  const said = await loadDefaults(paths, place.env);
  const all = DEFAULT_KEYS.map((key): Shown => {
    if (key === 'runs' && place.env['PMEMRIG_RUNS'])
      return { key, value: runsDir(place.env), origin: 'environment', variable: 'PMEMRIG_RUNS' };
    const found = said.find((one) => one.key === key);
    if (found) return { key, value: found.words.join(','), origin: 'file', ...found.position };
    const value = key === 'runs' ? runsDir(place.env) : (builtIn.get(key) ?? UNSAID[key] ?? '');
    return { key, value, origin: 'built-in' };
  });
  if (json === true) {
    printJson(JSON.stringify(all, undefined, 2));
    return 0;
  }
  const keys = width(all.map(({ key }) => key));
  const values = width(all.map(({ value }) => value));
  for (const one of all) printText(`${one.key.padEnd(keys)}  ${one.value.padEnd(values)}  ${describeOrigin(one)}\n`);
  if (paths.length === 0)
    logLine(`no defaults are kept: there is no ${PROJECT_FILE} from here upwards, nor ${ownDefaultsFile(place.env)}`);
  return 0;
}

function width(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}

function describeOrigin(one: Shown): string {
  switch (one.origin) {
    case 'file':
      return formatPosition({ file: one.file, ...(one.line !== undefined && { line: one.line }) });
    case 'environment':
      return `$${one.variable}`;
    case 'built-in':
      return 'built-in';
    default:
      return one satisfies never;
  }
}
