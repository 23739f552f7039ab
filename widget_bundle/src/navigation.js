/** Moving about in the panel: what pages and pieces need of the whole, without knowing it. */
import { ui } from './state.js';

/** The shadow root of the widget in the page. @type {any} */
export let shadow;

let render = () => {};
/** Draw all of it as things are now. */
export const draw = () => render();

/** @param {any} root */
export const setShadow = (root) => {
  shadow = root;
};

/** @param {() => void} run */
export const setDraw = (run) => {
  render = run;
};

/** Focus the first of these in the widget. @param {string} selector @returns {any} the node */
export const focus = (selector) => {
  const node = shadow.querySelector(selector);
  node?.focus();
  return node;
};

/** The pages behind the first one, once they are here. @type {Record<string, () => any>} */
export let pages = {};
/** @type {() => Promise<typeof pages>} */
let load;
/** @type {Promise<void> | null} */
let coming;

/** @param {typeof load} run brings the pages when one of them opens for the first time */
export const setLoader = (run) => {
  load = run;
};

/** Bring the pages and the lower half of the first one; a failure may be tried again. */
export const fetchPages = () =>
  (coming ||= load().then(
    (all) => {
      pages = all;
      draw();
    },
    (error) => {
      coming = null;
      throw error;
    },
  ));

/** @param {import('./wire').Ui['page']} name */
export const go = async (name) => {
  ui.page = name;
  ui.failed = null;
  draw();
  shadow.querySelector('.body').scrollTop = 0;
  focus('header button');
  try {
    await fetchPages();
  } catch {
    ui.page = '';
    throw {};
  }
};
