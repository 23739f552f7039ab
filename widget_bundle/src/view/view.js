/**
 * The element on the page: an open shadow root with the launcher, the panel and its pages. It
 * stands beside the body, so a framework that swaps the body does not take it along.
 */
import css from '../style.css';
import { el, guard, morph } from '../dom.js';
import { api, line, model, options, ui, unlearn } from '../state.js';
import { isRtl, number, t, tag } from '../text.js';
import { arc } from './gauge.js';
import { home, shownScore, spokenScore } from './home.js';

export const TAG = 'pulse-widget';
const CELEBRATION = 8e3;
const SPARKS = 12;
/** The pages behind the first one, once they are here. @type {Record<string, () => any>} */
let pages = {};
/** @type {() => Promise<typeof pages>} */
let load;

/** @param {typeof load} run brings the pages when one of them opens for the first time */
export const setLoader = (run) => {
  load = run;
};

/** Whoever takes the element away without being asked to gets it back. */
export class PulseElement extends HTMLElement {
  disconnectedCallback() {
    queueMicrotask(guard(place));
  }
}

/** @type {any} */
let element;
/** @type {any} */
let shadow;
/** @type {any} */
let root;
/** Where the focus was before the panel opened. @type {any} */
let opener;
/** The score on show. */
let said = '';
let hidden = false;
const small = matchMedia('(max-width:30em)');

/** @param {AbortSignal} signal ends what listens */
export const mount = (signal) => {
  const { offset, accent, fontFamily, zIndex } = options;
  element = el(TAG, { 'data-version': VERSION });
  shadow = element.attachShadow({ mode: 'open' });
  root = el('div', {});
  hidden = options.launcher?.hidden;
  shadow.append(root);
  paint('accent', accent);
  paint('font', fontFamily || getComputedStyle(document.body).fontFamily);
  paint('z-index', zIndex);
  paint('x', offset && offset.x + 'px');
  paint('y', offset && offset.y + 'px');
  setTheme(options.theme);
  setNonce(options.nonce);
  small.addEventListener('change', guard(present), { signal });
  draw();
  place();
};

export const unmount = () => {
  const old = element;
  element = null;
  old?.remove();
};

/** No value leaves the style sheet's own. */
const paint = (/** @type {string} */ name, /** @type {any} */ value) =>
  element.style.setProperty('--pulse-' + name, value ?? '');

/** @param {string} name */
export const setTheme = (name) => paint('theme', name == 'auto' ? '' : name);

/** @param {string} nonce for browsers that know no constructed style sheets */
export const setNonce = (nonce) => {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.prepend(el('style', { nonce: nonce || '' }, css));
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

/** Non-modal on a wide screen; on a small one the panel is the screen. */
export const present = () => {
  if (!api.isOpen) return;
  const panel = shadow.getElementById('panel');
  panel.close();
  if (small.matches) panel.showModal();
  else panel.show();
};

const icon = (/** @type {string} */ key, /** @type {string} */ sign, /** @type {any} */ onclick) =>
  el('button', { class: 'icon', 'aria-label': t(key), onclick }, sign);

const launcher = () =>
  el(
    'button',
    {
      class: 'launcher',
      part: 'launcher',
      'aria-label': `${options.launcher?.label || t('title')} ${spokenScore()}`,
      'aria-expanded': `${api.isOpen}`,
      'aria-controls': 'panel',
      onclick: api.toggle,
    },
    arc('ring', shownScore()),
    el('b', {}, said || '···'),
  );

/** Made when it opens: nobody looks into a closed one, and the score is painted the sooner. */
const panel = () =>
  el(
    options.mount ? 'section' : 'dialog',
    {
      id: 'panel',
      class: 'panel',
      part: 'panel',
      'aria-labelledby': 'title',
      // The browser's own way to close a modal one: Escape, or back on a phone.
      oncancel: api.close,
      onkeydown: (/** @type {KeyboardEvent} */ { key }) => key == 'Escape' && api.close(),
    },
    el(
      'header',
      {},
      ui.page && icon('back', isRtl() ? '›' : '‹', () => go('')),
      el('h2', { id: 'title', dir: 'auto' }, ui.page ? t(ui.page) : model.business?.name || t('title')),
      !options.mount && icon('close', '×', api.close),
    ),
    model.status != 'live' &&
      el(
        'div',
        { class: 'notice' },
        t(model.status || 'loading'),
        model.status == 'token' && el('button', { onclick: () => line?.wake() }, t('retry')),
      ),
    el('div', { class: 'body' }, page()),
    live(),
  );

/** The page on show; one that is not loaded yet says so. */
const page = () =>
  ui.page ? (pages[ui.page] || (() => el('p', {}, t('loading'))))() : home();

/** A modal panel makes all else inert: what is announced goes where the visitor is. */
const inPanel = () => line && (api.isOpen || options.mount);

const live = () =>
  el('div', { role: 'status' }, el('p', { class: 'status' }, ui.status), ui.party && party());

const party = () =>
  el(
    'div',
    { class: 'party', part: 'celebration' },
    !ui.party?.calm &&
      el(
        'svg',
        { viewBox: '0 0 1 1' },
        // One dotted circle that grows: the dots fly apart.
        el('circle', { pathLength: SPARKS, 'stroke-dasharray': '0 1' }),
      ),
    el('b', { dir: 'auto' }, ui.party?.title),
    el('p', { dir: 'auto' }, ui.party?.text),
  );

export const draw = () => {
  if (!element) return;
  const score = shownScore();
  const shown = score == null ? '' : number(score);
  if (said && shown && said != shown) ui.status = t('title') + ' ' + shown;
  said = shown;
  morph(
    root,
    el(
      'div',
      {
        class: options.mount ? 'inline' : options.position.replace('-', ' '),
        lang: tag,
        dir: isRtl() ? 'rtl' : 'ltr',
      },
      !options.mount && !hidden && line && launcher(),
      inPanel() ? panel() : live(),
    ),
  );
};

/** @param {import('../wire').Ui['page']} name */
export const go = async (name) => {
  ui.page = name;
  draw();
  shadow.querySelector('.body').scrollTop = 0;
  focus('header button');
  if (!name || pages[name]) return;
  try {
    pages = await load();
    draw();
  } catch {
    await go('');
    throw {};
  }
};

/** Focus the first of these in the widget. @param {string} selector @returns {any} the node */
export const focus = (selector) => {
  const node = shadow.querySelector(selector);
  node?.focus();
  return node;
};

export const open = () => {
  if (!element || !line || options.mount || api.isOpen) return;
  opener = shadow.activeElement || document.activeElement;
  api.isOpen = true;
  draw();
  present();
  return true;
};

export const close = () => {
  if (!api.isOpen) return;
  api.isOpen = false;
  ui.page = '';
  draw();
  // Where the one who opened it is gone or was nobody, its call is in vain and the launcher stays.
  focus('.launcher');
  opener.focus();
  return true;
};

/** @param {boolean} visible of the launcher */
export const show = (visible) => {
  hidden = !visible;
  draw();
};

/** Tell those who listen. @param {string} key */
export const say = (key) => {
  ui.status = t(key);
  draw();
};

/** @param {{title: string, text: string}} what */
export const celebrate = (what) => {
  const modes = [options.celebrations, model.preferences?.celebrations];
  if (modes.includes('off')) return;
  ui.party = { ...what, calm: modes.includes('quiet') };
  setTimeout(() => {
    ui.party = null;
    draw();
  }, CELEBRATION);
};

/** Nothing of a customer stays in the page. */
export const clear = () => {
  unlearn();
  said = '';
  root?.replaceChildren();
  draw();
};
