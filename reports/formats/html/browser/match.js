/** @typedef {import('./state.js').PageState} PageState */

/**
 * What a filter looks at.
 * @typedef {object} Entry
 * @property {string} text in lower case
 * @property {string} outcome
 * @property {string} verdict
 * @property {string} kernel
 */

const FINE = new Set(['pass', 'known', 'skip', 'excluded']);

/**
 * A test of whether an entry is asked for: all words, in any order and case, and what was chosen.
 * @param {Pick<PageState, 'q' | 'outcome' | 'verdict' | 'kernel'>} state
 * @returns {(entry: Entry) => boolean}
 */
export function makeMatcher({ q, outcome, verdict, kernel }) {
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return (entry) =>
    (outcome === '' || entry.outcome === outcome || (outcome === 'attention' && !FINE.has(entry.outcome))) &&
    (verdict === '' || entry.verdict === verdict) &&
    (kernel === '' || entry.kernel === kernel) &&
    words.every((word) => entry.text.includes(word));
}
