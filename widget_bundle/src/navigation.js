/** Moving about in the panel: what pages and pieces need of the whole, without knowing it. */
import { line, ui } from './state.js';

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

/**
 * Open a page that Pulse describes; the same one with other parameters stays on show until then.
 * @param {string} page its name and parameters; empty: the first page
 */
export const go = async (page) => {
  const { page: before = '' } = ui;
  if (page != before) ui.at = 0;
  ui.page = page;
  ui.failed = ui.said = null;
  if (!page || page.slice(0, 4) != before.slice(0, 4)) {
    ui.view = null;
    // Nothing that was typed on one page stands on another.
    shadow.querySelector('.body').replaceChildren();
    draw();
    shadow.querySelector('.body').scrollTop = 0;
    focus('header button');
  }
  if (!page) return;
  const view = await line?.request('GET', '/widget/pages/' + page);
  if (ui.page == page) ui.view = view;
  draw();
};
