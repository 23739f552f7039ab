/**
 * What this page's one widget knows. A page has one widget, so its state is a module: read it
 * anywhere, change it through the functions here.
 */

/** The public object: the loader snippet's stub, if there is one, so that references stay good. */
export const api = /** @type {any} */ (window).PulseWidget || {};

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

/** The same, for the pages that are loaded later: they cannot import what is reassigned. */
export const state = {
  get model() {
    return model;
  },
  get ui() {
    return ui;
  },
  get line() {
    return line;
  },
};
