import { InvalidArgumentError } from 'commander';

/** What `--pmem` stands at. */
export const DEFAULT_PMEM: string[] = ['nvdimm'];
/** The same for a series. */
export const DEFAULT_SERIES_PMEM: string[] = ['nvdimm', 'virtio-pmem'];

export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/**
 * `a,b`; said twice, the lists add up. The first word of the user's replaces the default, which commander gives as
 * `previous`, too.
 */
export function commaList(value: string, previous?: readonly string[]): string[] {
  const words = value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const said = previous !== undefined && previous !== DEFAULT_PMEM && previous !== DEFAULT_SERIES_PMEM ? previous : [];
  return [...said, ...words];
}

/** `2/3`. */
export function shardSpec(value: string): { readonly index: number; readonly of: number } {
  const [, index = 0, of = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(value) ?? []).map(Number);
  if (index < 1 || index > of)
    throw new InvalidArgumentError('Expected which part of how many, such as 1/3, 2/3 or 3/3.');
  return { index, of };
}

export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('Expected a whole number.');
  return number;
}

export function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError('Expected at least 1.');
  return number;
}

export function portNumber(value: string): number {
  const port = wholeNumber(value);
  if (port > 65_535) throw new InvalidArgumentError('Expected a port: 0 to 65535.');
  return port;
}
