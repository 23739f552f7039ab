/**
 * The element on the page: an open shadow root with the launcher, the panel and its pages. It
 * stands beside the body, so a framework that swaps the body does not take it along.
 */
import css from '../style.css';
import { el, guard, morph } from '../dom.js';
import { direction, language, number, t } from '../text.js';
import { arc } from './gauge.js';
import { home, shownScore, spokenScore } from './home.js';
import { personal } from './personal.js';
import { story } from './story.js';

const TAG = 'pulse-widget';
const CELEBRATION = 8e3;
const SPARKS = 12;

/** Whoever takes the element away without being asked to gets it back. */
class PulseElement extends HTMLElement {
  disconnectedCallback() {
    queueMicrotask(() => this.place?.());
  }
}
/** @type {(() => void) | undefined} */
PulseElement.prototype.place = undefined;

/**
 * @param {any} widget the public object
 * @param {any} options of init
 * @param {import('../wire').App} app what the pages may know and do, completed here
 */
export const createView = (widget, options, app) => {
  if (!customElements.get(TAG)) customElements.define(TAG, PulseElement);
  const inline = options.mount;
  const small = matchMedia('(max-width:30em)');
  const element = el(TAG, { 'data-version': VERSION });
  const shadow = element.attachShadow({ mode: 'open' });
  const root = el('div', {});
  let hidden = options.launcher?.hidden;
  /** @type {any} */
  let opener, said;

  const style = (/** @type {string} */ nonce) => {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      shadow.adoptedStyleSheets = [sheet];
    } catch {
      shadow.prepend(el('style', { nonce }, css));
    }
  };

  const place = () => {
    const target =
      typeof inline == 'string'
        ? document.querySelector(inline)
        : inline || document.documentElement;
    if (target && element.parentNode != target) {
      target.append(element);
      if (widget.isOpen) present();
    }
  };

  /** Non-modal on a wide screen; on a small one the panel is the screen. */
  const present = () => {
    const panel = shadow.getElementById('panel');
    panel.close();
    if (small.matches) panel.showModal();
    else panel.show();
  };

  const button = (/** @type {string} */ key, /** @type {string} */ sign, /** @type {any} */ onclick) =>
    el('button', { class: 'icon', 'aria-label': t(key), onclick }, sign);

  const frame = () => {
    const { model, ui } = app;
    const { status, business } = model;
    const score = shownScore(model);
    const text = ui.page ? t(ui.page) : business?.name;
    return el(
      'div',
      {
        class: inline ? 'inline' : options.position,
        'data-theme': options.theme,
        lang: language(),
        dir: direction(),
      },
      !inline &&
        !hidden &&
        el(
          'button',
          {
            class: 'launcher',
            part: 'launcher',
            'aria-label': `${options.launcher?.label || t('title')} ${spokenScore(model)}`,
            'aria-expanded': `${widget.isOpen}`,
            'aria-controls': 'panel',
            onclick: widget.toggle,
          },
          arc('ring', score),
          el('b', {}, score == null ? '' : number(score)),
        ),
      el(
        inline ? 'section' : 'dialog',
        {
          id: 'panel',
          part: 'panel',
          'aria-labelledby': 'title',
          oncancel: (/** @type {Event} */ event) => {
            event.preventDefault();
            widget.close();
          },
          onkeydown: (/** @type {KeyboardEvent} */ { key }) => key == 'Escape' && widget.close(),
        },
        el(
          'header',
          { part: 'header' },
          ui.page && button('back', direction() == 'rtl' ? '›' : '‹', () => app.go('')),
          el('h2', { id: 'title', dir: 'auto' }, text || t('title')),
          !inline && button('close', '×', widget.close),
        ),
        status != 'live' &&
          el(
            'div',
            { class: 'notice' },
            t(status || 'loading'),
            status == 'denied' && el('button', { onclick: app.retry }, t('retry')),
          ),
        el(
          'div',
          { class: 'body' },
          ui.page == 'wrapped' ? story(app) : ui.page ? personal(app) : home(app),
        ),
        el('p', { class: 'status', role: 'status' }, ui.status),
      ),
      el(
        'div',
        { role: 'status', part: 'celebration' },
        ui.party &&
          el(
            'div',
            { class: 'party' },
            !ui.party.calm &&
              el(
                'svg',
                { viewBox: '-60 -60 120 120', 'aria-hidden': 'true' },
                Array.from({ length: SPARKS }, (_, i) =>
                  el('g', { transform: `rotate(${(i * 360) / SPARKS})` }, el('circle', { r: 2.5 })),
                ),
              ),
            el('b', { dir: 'auto' }, ui.party.title),
            el('p', { dir: 'auto' }, ui.party.text),
          ),
      ),
    );
  };

  const view = {
    place,
    style,
    draw: () => {
      const score = shownScore(app.model);
      if (score != null && said != null && score != said)
        app.ui.status = t('changed', { n: number(score) });
      said = score;
      morph(root, frame());
    },
    open: () => {
      if (inline || widget.isOpen) return;
      opener = shadow.activeElement || document.activeElement;
      widget.isOpen = true;
      view.draw();
      present();
      return true;
    },
    close: () => {
      if (!widget.isOpen) return;
      widget.isOpen = false;
      shadow.getElementById('panel').close();
      app.ui.page = '';
      view.draw();
      (opener && opener != document.body ? opener : shadow.querySelector('.launcher'))?.focus();
      return true;
    },
    /** @param {boolean} visible */
    show: (visible) => {
      hidden = !visible;
      view.draw();
    },
    /** @param {string} key */
    say: (key) => {
      app.ui.status = t(key);
      view.draw();
    },
    /** @param {{title: string, text: string}} what */
    celebrate: ({ title, text }) => {
      const modes = [options.celebrations, app.model.preferences?.celebrations];
      if (modes.includes('off')) return;
      const party = (app.ui.party = { title, text, calm: modes.includes('quiet') });
      setTimeout(
        guard(() => {
          if (app.ui.party == party) {
            app.ui.party = null;
            view.draw();
          }
        }),
        CELEBRATION,
      );
    },
    /** Nothing of a customer stays in the page. */
    clear: () => {
      app.ui = {};
      app.model = {};
      said = null;
      root.replaceChildren();
      view.draw();
      if (widget.isOpen) present();
    },
    remove: () => {
      element.place = small.onchange = null;
      element.remove();
    },
  };

  app.draw = view.draw;
  app.go = (page) => {
    app.ui.page = page;
    view.draw();
    shadow.querySelector('.body').scrollTop = 0;
    app.focus('header button');
  };
  app.focus = (selector) => {
    const node = shadow.querySelector(selector);
    node?.focus();
    return node;
  };

  const { x, y } = options.offset || {};
  for (const [name, value] of Object.entries({
    accent: options.accent,
    font: options.fontFamily,
    'host-font': getComputedStyle(document.body).fontFamily,
    'z-index': options.zIndex,
    x: x && x + 'px',
    y: y && y + 'px',
  }))
    if (value) element.style.setProperty('--pulse-' + name, value);
  style(options.nonce);
  shadow.append(root);
  view.draw();
  element.place = guard(place);
  small.onchange = guard(() => widget.isOpen && present());
  place();
  return view;
};
