/**
 * What a reader asked the page for; '' stands for anything.
 * @typedef {object} PageState
 * @property {string} q words that a test's entry must hold
 * @property {string} outcome an outcome, or `attention` for all that did not go well
 * @property {string} verdict
 * @property {string} kernel
 * @property {string} at the element to show
 */

/** @type {readonly (keyof PageState)[]} */
const KEYS = ['q', 'outcome', 'verdict', 'kernel', 'at'];

/**
 * The state in a URL's hash. A plain anchor (`#cell-3`), as the page's own links have it, shows that element
 * and leaves the filters as they are; anything else (`#outcome=fail&q=dax`) says all of it.
 * @param {string} hash with its `#`, or empty
 * @param {PageState} [before]
 * @returns {PageState}
 */
export function parseHash(hash, before) {
  const text = hash.replace(/^#/, '');
  const state = { q: '', outcome: '', verdict: '', kernel: '', at: '' };
  if (text !== '' && !text.includes('=')) return { ...state, ...before, at: text };
  const found = new URLSearchParams(text);
  for (const key of KEYS) state[key] = found.get(key) ?? '';
  return state;
}

/**
 * The hash for a state, empty for one that asks nothing.
 * @param {PageState} state
 */
export function formatHash(state) {
  const found = new URLSearchParams();
  for (const key of KEYS) if (state[key] !== '') found.set(key, state[key]);
  const text = found.toString();
  return text === '' ? '' : `#${text}`;
}

/**
 * Whether a state hides anything.
 * @param {PageState} state
 */
export function isFiltering({ q, outcome, verdict, kernel }) {
  return q.trim() !== '' || outcome !== '' || verdict !== '' || kernel !== '';
}
