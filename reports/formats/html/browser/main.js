import { createFilter } from './filter.js';
import { reveal, wirePrinting } from './reveal.js';
import { formatHash, isFiltering, parseHash } from './state.js';
import { applyStoredTheme, wireTheme } from './theme.js';

/** @typedef {import('./state.js').PageState} PageState */

/** What a filter over so many tests costs would make each keystroke wait. */
const MANY = 20_000;

applyStoredTheme();
document.addEventListener('DOMContentLoaded', () => {
  document.documentElement.classList.add('live');
  const theme = document.querySelector('button.theme');
  if (theme instanceof HTMLButtonElement) wireTheme(theme);
  wirePrinting();
  const form = document.querySelector('form.filter');
  if (form instanceof HTMLFormElement) wireFilter(form);
});

/** @param {HTMLFormElement} form */
function wireFilter(form) {
  const search = /** @type {HTMLInputElement} */ (form.elements.namedItem('q'));
  const count = form.querySelector('output');
  const filter = createFilter();
  let state = parseHash('');
  let tests = 0;
  let timer = 0;

  /** @param {PageState} next */
  const show = (next) => {
    const idle = !isFiltering(next) && !isFiltering(state);
    state = next;
    document.documentElement.classList.toggle('filtering', isFiltering(state));
    for (const key of /** @type {const} */ (['q', 'outcome', 'verdict', 'kernel'])) {
      const field = form.elements.namedItem(key);
      if ((field instanceof HTMLInputElement || field instanceof HTMLSelectElement) && field.value !== state[key])
        field.value = state[key];
    }
    if (idle) return;
    const { shown, of } = filter(state);
    tests = of;
    if (count)
      count.textContent = isFiltering(state) ? `${shown.toLocaleString('en')} of ${of.toLocaleString('en')} shown` : '';
  };
  const remember = () => history.replaceState(null, '', formatHash(state) || location.pathname + location.search);

  const followHash = () => {
    const next = parseHash(location.hash, state);
    show(next);
    if (next.at !== '') {
      if (!reveal(next.at) && isFiltering(next) && document.getElementById(next.at)) {
        // A link leads there, so the filter gives way.
        show(parseHash(`#${next.at}`));
        reveal(next.at);
      }
      remember();
    } else if (isFiltering(next)) {
      form.closest('section')?.scrollIntoView();
    }
  };
  const readForm = () => {
    const chosen = new FormData(form);
    /** @param {string} key */
    const value = (key) => {
      const entry = chosen.get(key);
      return typeof entry === 'string' ? entry : '';
    };
    show({ q: value('q'), outcome: value('outcome'), verdict: value('verdict'), kernel: value('kernel'), at: '' });
    remember();
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    if (tests > MANY) timer = window.setTimeout(readForm, 250);
    else readForm();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(readForm));
  window.addEventListener('hashchange', followHash);
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      form.closest('section')?.scrollIntoView();
      search.focus({ preventScroll: true });
      search.select();
    } else if (event.key === 'Escape' && event.target === search) {
      form.reset();
    }
  });
  followHash();
}
