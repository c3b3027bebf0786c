/** Symbols of one name; a static function's name may stand for several. */
export type SymbolTable = ReadonlyMap<string, readonly { readonly address: bigint; readonly size: number }[]>;

/**
 * Reads `nm --defined-only`: functions with their sizes, which are, as in kallsyms, the distance to the next symbol.
 */
export function parseSymbols(output: string): SymbolTable {
  const symbols = output.split('\n').flatMap((line) => {
    const match = /^([0-9a-f]{8,16}) ([tTwW]) (\S+)$/.exec(line);
    return match ? [{ address: BigInt(`0x${match[1]}`), name: match[3] ?? '' }] : [];
  });
  symbols.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  const table = new Map<string, { address: bigint; size: number }[]>();
  let next = symbols.at(-1)?.address ?? 0n;
  for (let index = symbols.length - 1; index >= 0; index -= 1) {
    const symbol = symbols[index];
    if (!symbol) continue;
    const after = symbols[index + 1];
    // Aliases share an address, and so a size.
    if (after && after.address !== symbol.address) next = after.address;
    const entry = { address: symbol.address, size: Number(next - symbol.address) };
    const known = table.get(symbol.name);
    if (known) known.push(entry);
    else table.set(symbol.name, [entry]);
  }
  return table;
}

/** The address of a function by its name and, where the name is not unique, its size; `undefined` when in doubt. */
export function findAddress(table: SymbolTable, name: string, size: number): bigint | undefined {
  const found = table.get(name) ?? [];
  if (found.length === 1) return found[0]?.address;
  const fitting = found.filter((entry) => entry.size === size);
  return fitting.length === 1 ? fitting[0]?.address : undefined;
}
