/**
 * The element on the page: an open shadow root. It stands beside the body, so a framework that
 * swaps the body does not take it along.
 */
import css from '../style.css';
import { el, guard } from '../dom.js';
import { emit } from '../events.js';
import { draw, focus, setShadow, shadow } from '../navigation.js';
import { TAG, api, line, model, options, ui, unlearn } from '../state.js';
import { isolate } from './isolation.js';

/** So often within so many ms it comes back by itself; then the page has won. */
const RETURNS = 3;
const RETURN_SPAN = 3e3;

/** Whoever takes the element away without being asked to gets it back, within reason. */
export class PulseElement extends HTMLElement {
  static api = api;
  disconnectedCallback() {
    // Told by the script that made it, which may have been loaded again since.
    /** @type {any} */ (this).gone?.();
  }
}

/** @type {any} */
let element;
/** Where the focus was before the panel opened. @type {any} */
let opener;
let returns = 0;
const small = matchMedia('(max-width:30em)');

/** @param {AbortSignal} signal ends what listens */
export const mount = (signal) => {
  const { offset, accent, fontFamily, zIndex } = options;
  element = el(TAG, { 'data-version': VERSION });
  setShadow(element.attachShadow({ mode: 'open' }));
  element.gone = () =>
    queueMicrotask(
      guard(() => {
        if (!element || element.isConnected) return;
        setTimeout(() => (returns = 0), RETURN_SPAN);
        if (returns++ < RETURNS) place();
        else emit('error', { code: 'REMOVED_BY_PAGE' });
      }),
    );
  shadow.append(el('div', {}));
  paint('accent', accent);
  paint('font', fontFamily || getComputedStyle(document.body).fontFamily);
  paint('z-index', zIndex);
  paint('x', offset && offset.x + 'px');
  paint('y', offset && offset.y + 'px');
  setTheme(options.theme);
  setNonce();
  small.addEventListener('change', guard(present), { signal });
  isolate(element, shadow, signal);
  draw();
  place();
};

export const unmount = () => {
  const old = element;
  element = null;
  setShadow(null);
  old?.remove();
};

/** Whether it can be seen: in the page, with a place to be. */
export const isPlaced = () => !!element?.isConnected;

/** No value leaves the style sheet's own. */
const paint = (/** @type {string} */ name, /** @type {any} */ value) =>
  element.style.setProperty('--pulse-' + name, value ?? '');

/** @param {string} name */
export const setTheme = (name) => paint('theme', name == 'auto' ? '' : name);

/**
 * Put on our own style, and that of what Pulse describes.
 * @param {string} [nonce] for browsers that know no constructed style sheets
 */
export const setNonce = (nonce = options.nonce) => {
  const all = css + (model.view?.css || '');
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(all);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.querySelector('style')?.remove();
    shadow.prepend(el('style', { nonce: nonce || '' }, all));
  }
};

/** Stand where we belong; where that place is gone, wait for it. */
export const place = () => {
  if (!element) return;
  const { mount = document.documentElement } = options;
  const target = typeof mount == 'string' ? document.querySelector(mount) : mount;
  if (target && element.parentNode != target) {
    target.append(element);
    present();
  }
};

/**
 * Beside the page on a wide screen, in the top layer; on a small one the panel is the screen.
 * While the page itself has something modal open, only something modal can be used.
 */
export const present = () => {
  const panel = api.isOpen && shadow?.getElementById('panel');
  if (!panel) return;
  panel.close();
  panel.hidePopover();
  if (small.matches || document.querySelector(':modal')) panel.showModal();
  else if (options.zIndex == null) panel.showPopover();
  else panel.show();
};

/** Nothing of a customer stays in the page: not even what a text field holds. */
export const clear = () => {
  unlearn();
  shadow?.querySelector('div').replaceChildren();
  draw();
  present();
};

export const open = () => {
  if (!shadow || !line || options.mount) return false;
  if (api.isOpen) return true;
  opener = shadow.activeElement || document.activeElement;
  api.isOpen = true;
  draw();
  present();
  focus('header button');
  emit('opened');
  return true;
};

export const close = () => {
  if (!api.isOpen) return;
  api.isOpen = false;
  ui.page = '';
  ui.said = null;
  draw();
  // Where the one who opened it is gone or was nobody, its call is in vain and the launcher stays.
  focus('.launcher');
  opener?.focus?.();
  emit('closed');
};
