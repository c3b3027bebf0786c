/**
 * Opens all that an element is folded into, and goes to it, for whoever sees and whoever listens.
 * @param {string} id
 * @returns {boolean} false if there is none, or a filter hides it
 */
export function reveal(id) {
  const target = document.getElementById(id);
  if (!target || target.closest('[hidden]')) return false;
  for (let around = target.closest('details'); around; around = around.parentElement?.closest('details') ?? null)
    around.open = true;
  const focused = target.matches('details') ? target.querySelector('summary') : target;
  if (focused && !focused.matches('summary, a, button, input')) focused.tabIndex = -1;
  focused?.focus({ preventScroll: true });
  // Twice: what was passed over unrendered had a guessed height, which the first look at it corrects.
  target.scrollIntoView();
  requestAnimationFrame(() => target.scrollIntoView());
  return true;
}

/** Paper has no folds: what needs a look is printed open, and afterwards as it was. */
export function wirePrinting() {
  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  window.addEventListener('beforeprint', () => {
    opened = Array.from(
      document.querySelectorAll('details[data-print]:not([open])'),
      (each) => /** @type {HTMLDetailsElement} */ (each),
    );
    for (const each of opened) each.open = true;
  });
  window.addEventListener('afterprint', () => {
    for (const each of opened) each.open = false;
    opened = [];
  });
}
