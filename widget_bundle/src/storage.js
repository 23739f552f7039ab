/**
 * The little the widget keeps between page loads: contexts not yet delivered. It lives in the tab
 * (sessionStorage), under `pulse:`, and every access may fail without harm.
 */

const KEY = 'pulse:outbox';

/** @returns {any} what was kept, or null */
export const recall = () => {
  try {
    return JSON.parse(/** @type {string} */ (sessionStorage.getItem(KEY)));
  } catch {
    return null;
  }
};

/** @param {any} [value] nothing forgets */
export const keep = (value) => {
  try {
    if (value) sessionStorage.setItem(KEY, JSON.stringify(value));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage may be full, blocked or absent: the outbox then lives as long as the page.
  }
};
