/** What the button goes through; `auto` is what the system says. */
const THEMES = ['auto', 'light', 'dark'];

/** Shared by all reports that a reader opens from the same place. */
const STORED = 'pmemrig-theme';

/** As early as the head, so that no wrong colours flash up. Storage may be forbidden, as in a sandboxed frame. */
export function applyStoredTheme() {
  try {
    setTheme(localStorage.getItem(STORED) ?? 'auto');
  } catch {
    setTheme('auto');
  }
}

/** @param {HTMLButtonElement} button */
export function wireTheme(button) {
  const show = () => {
    const theme = document.documentElement.dataset['theme'] ?? 'auto';
    button.textContent = `◐ ${theme}`;
    button.setAttribute('aria-label', `Theme: ${theme}`);
  };
  button.addEventListener('click', () => {
    const now = THEMES.indexOf(document.documentElement.dataset['theme'] ?? 'auto');
    const next = THEMES[(now + 1) % THEMES.length] ?? 'auto';
    setTheme(next);
    show();
    try {
      localStorage.setItem(STORED, next);
    } catch {
      // The choice then holds for this page only.
    }
  });
  show();
}

/** @param {string} theme */
function setTheme(theme) {
  document.documentElement.dataset['theme'] = THEMES.includes(theme) ? theme : 'auto';
}
