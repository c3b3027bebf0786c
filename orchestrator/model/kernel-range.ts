/** `>=6.1 <6.6`: all comparisons must hold. */
export const KERNEL_RANGE = /^(?:[<>]=?|=)\s*\d+(?:\.\d+){0,2}(?:\s+(?:[<>]=?|=)\s*\d+(?:\.\d+){0,2})*$/;

/** True if a release such as `6.1.0-50-amd64` or `6.12.9+` lies within a range that {@link KERNEL_RANGE} accepts. */
export function isInRange(release: string, range: string): boolean {
  const version = parseVersion(release);
  return [...range.matchAll(/([<>]=?|=)\s*([\d.]+)/g)].every(([, operator = '', bound = '']) => {
    const order = compare(version, parseVersion(bound));
    switch (operator) {
      case '<':
        return order < 0;
      case '<=':
        return order <= 0;
      case '>':
        return order > 0;
      case '>=':
        return order >= 0;
      default:
        return order === 0;
    }
  });
}

function parseVersion(text: string): readonly number[] {
  return (/^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number);
}

/** As far as the bound goes: 6.1.192 equals 6.1. */
function compare(version: readonly number[], bound: readonly number[]): number {
  for (const [index, part] of bound.entries()) {
    const difference = (version[index] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
