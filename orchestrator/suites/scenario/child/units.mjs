/** Sizes, times and options as people write them. */

const SIZE_UNITS = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const TIME_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * `256M`, or a number of bytes.
 * @param {unknown} size
 */
export function readSize(size) {
  if (typeof size === 'number') return size;
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(String(size));
  if (match === null) throw new TypeError(`expected a size such as 256M, not ${JSON.stringify(size)}`);
  return Number(match[1]) * SIZE_UNITS[match[2].toUpperCase()];
}

/**
 * `5s`, or a number of ms, in ms.
 * @param {unknown} duration
 */
export function readDuration(duration) {
  if (typeof duration === 'number') return duration;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(String(duration));
  if (match === null) throw new TypeError(`expected a time such as 5s, not ${JSON.stringify(duration)}`);
  return Number(match[1]) * TIME_UNITS[match[2]];
}

/**
 * Options, of which a misspelt one is no option that was left out.
 * @param {string} of
 * @param {Record<string, unknown>} options
 * @param {readonly string[]} names
 */
export function readOptions(of, options, names) {
  if (Object(options) !== options) throw new TypeError(`${of} takes an object: ${names.join(', ')}`);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`${of} has no option "${unknown}": ${names.join(', ')}`);
  return options;
}
