import { runTool } from '../../store/run-tool.ts';
import { findAddress, parseSymbols, type SymbolTable } from './symbol-table.ts';

/**
 * A frame as the kernel prints it: `pmem_submit_bio+0x1b4/0x2a0`. A module's frame is followed by its name in brackets.
 */
const FRAME = /([A-Za-z_][\w.$]*)\+0x([0-9a-f]+)\/0x([0-9a-f]+)(?! \[)/g;
/** Lines of one report that are worth the lookup. */
const MAX_FRAMES = 400;

/** Appends `(file:line)` to each stack frame that the kernel's own image knows; other lines stay as they are. */
export type TraceResolver = (lines: readonly string[]) => Promise<readonly string[]>;

/**
 * Reads traces with the help of a `vmlinux` that has line information, as scripts/faddr2line of the kernel does. It
 * goes by symbol, offset and size, so neither KASLR nor a missing System.map matters. The symbols are read once. The
 * resolver rejects with InfraError when nm or addr2line (binutils) fail.
 */
export function createTraceResolver(vmlinux: string, signal?: AbortSignal): TraceResolver {
  let symbols: Promise<SymbolTable> | undefined;
  return async (lines) => {
    const frames = lines.flatMap((line) => findFrames(line)).slice(0, MAX_FRAMES);
    if (frames.length === 0) return lines;
    symbols ??= runTool(['nm', '--defined-only', vmlinux], { signal }).then(parseSymbols);
    const table = await symbols;
    const addresses = new Map(
      frames.flatMap(({ text, name, offset, size, exact }) => {
        const address = findAddress(table, name, size);
        // A return address is that of the instruction behind the call.
        return address === undefined
          ? []
          : ([[text, `0x${(address + BigInt(exact ? offset : Math.max(0, offset - 1))).toString(16)}`]] as const);
      }),
    );
    if (addresses.size === 0) return lines;
    const output = await runTool(
      ['addr2line', '--addresses', '--inlines', '-e', vmlinux, ...new Set(addresses.values())],
      { signal },
    );
    const places = parseAddr2line(output);
    const placeOf = (text: string): string | undefined => {
      const address = addresses.get(text);
      return address === undefined ? undefined : places.get(BigInt(address));
    };
    return lines.map((line) => {
      const place = findFrames(line)
        .map(({ text }) => placeOf(text))
        .find((found) => found !== undefined);
      return place === undefined ? line : `${line} (${place})`;
    });
  };
}

function findFrames(line: string) {
  const exact = line.includes('RIP: ');
  return Array.from(line.matchAll(FRAME), ([text, name = '', offset = '', size = '']) => ({
    text: `${exact ? 'RIP ' : ''}${text}`,
    name,
    offset: Number.parseInt(offset, 16),
    size: Number.parseInt(size, 16),
    exact,
  }));
}

/** Address → `drivers/nvdimm/pmem.c:210`, with the places that inlined it behind; without what has no line. */
export function parseAddr2line(output: string): ReadonlyMap<bigint, string> {
  const places = new Map<bigint, string>();
  let address: bigint | undefined;
  for (const line of output.split('\n')) {
    if (/^0x[0-9a-f]+$/.test(line)) address = BigInt(line);
    else if (address !== undefined && line !== '' && !line.startsWith('??') && !/:[?0]$/.test(line)) {
      const place = shortenPath(line.replace(/ \(discriminator \d+\)$/, ''));
      const inner = places.get(address);
      places.set(address, inner === undefined ? place : `${inner}, inlined at ${place}`);
    }
  }
  return places;
}

/**
 * Line information holds the folder of the build, which is gone by now: the path within the kernel's tree is what a
 * reader has.
 */
function shortenPath(path: string): string {
  return path
    .replace(
      /^.*?\/(?:\.\/)?(?=(?:arch|block|crypto|drivers|fs|include|init|io_uring|ipc|kernel|lib|mm|net|rust|security|sound|virt)\/)/,
      '',
    )
    .replace(/^\.\//, '');
}
