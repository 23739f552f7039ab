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

/** @param {import('./wire').Ui['page']} name */
export const go = (name) => {
  ui.page = name;
  ui.failed = ui.said = null;
  draw();
  shadow.querySelector('.body').scrollTop = 0;
  focus('header button');
};
