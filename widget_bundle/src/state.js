/**
 * What this page's one widget knows. A page has one widget, so its state is a module: read it
 * anywhere, change it through the functions here.
 */

export const TAG = 'pulse-widget';

const found = /** @type {any} */ (window).PulseWidget;

/**
 * The public object: the one that is defined already, else the loader snippet's stub, so that
 * references stay good. An element of the page with this id is neither.
 */
export const api = /** @type {any} */ (customElements.get(TAG))?.api || (found?.q ? found : { q: [] });

/** Options of init; null while not started. @type {any} */
export let options = null;

/** What the server said of the customer. @type {import('./wire').Model} */
export let model = {};

/** What the visitor has open and typed. @type {import('./wire').Ui} */
export let ui = {};

/** The line to Pulse. @type {import('./wire').Line | null} */
export let line = null;

/** @param {any} given */
export const setOptions = (given) => {
  options = given;
};

/** @param {import('./wire').Line | null} next */
export const setLine = (next) => {
  line = next;
};

/** @param {import('./wire').Model} patch */
export const learn = (patch) => {
  model = { ...model, ...patch };
};

/** Nothing of a customer stays. */
export const unlearn = () => {
  model = {};
  ui = {};
};
