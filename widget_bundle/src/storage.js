/**
 * The little the widget keeps between page loads: contexts not yet delivered. It lives in the tab
 * (sessionStorage), under `pulse:`, and every access may fail without harm.
 */

const KEY = 'pulse:outbox';

/** What is kept where storage is full, blocked or absent: as long as the page. @type {any} */
let memory;

/** @returns {any} what was kept, if anything */
export const recall = () => {
  try {
    return memory || JSON.parse(/** @type {string} */ (sessionStorage.getItem(KEY)));
  } catch {}
};

/** @param {any} [value] nothing forgets */
export const keep = (value) => {
  memory = value;
  try {
    if (value) sessionStorage.setItem(KEY, JSON.stringify(value));
    else sessionStorage.removeItem(KEY);
  } catch {}
};
