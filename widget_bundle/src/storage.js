/**
 * The little the widget keeps between page loads: contexts not yet delivered. It lives in the tab
 * (sessionStorage), under `pulse:`, and every access may fail without harm.
 */

const KEY = 'pulse:outbox';

/** @param {(storage: Storage) => any} run */
const attempt = (run) => {
  try {
    return run(sessionStorage);
  } catch {
    // Storage may be full, blocked or absent: the outbox then lives as long as the page.
  }
};

/** @returns {any} what was kept, if anything */
export const recall = () =>
  attempt((storage) => JSON.parse(/** @type {string} */ (storage.getItem(KEY))));

/** @param {any} [value] nothing forgets */
export const keep = (value) =>
  attempt((storage) =>
    value ? storage.setItem(KEY, JSON.stringify(value)) : storage.removeItem(KEY),
  );
