/**
 * The element on the page: an open shadow root with the launcher, the panel and its pages. It
 * stands beside the body, so a framework that swaps the body does not take it along.
 */
import css from '../style.css';
import { el, fill, guard, set } from '../dom.js';
import { direction, language, number, t } from '../text.js';
import { createArc } from './gauge.js';
import { createHome, shownScore, spokenScore } from './home.js';
import { createPersonal } from './personal.js';
import { createStory } from './story.js';

const TAG = 'pulse-widget';
const CELEBRATION_SECONDS = 8;
const SPARKS = 14;

/** Whoever takes the element away without being asked to gets it back. */
class PulseElement extends HTMLElement {
  disconnectedCallback() {
    queueMicrotask(() => this.onremoved?.());
  }
}
/** @type {(() => void) | undefined} */
PulseElement.prototype.onremoved = undefined;

/**
 * @param {any} widget the public object
 * @param {any} options of init
 * @param {any} host what the view may ask for
 */
export const createView = (widget, options, host) => {
  if (!customElements.get(TAG)) customElements.define(TAG, PulseElement);
  const inline = options.mount;
  const small = matchMedia('(max-width: 30em)');
  const element = el(TAG, { 'data-version': widget.version });
  const shadow = element.attachShadow({ mode: 'open' });
  /** @type {any} */
  let root, launcher, label, arc, panel, heading, back, body, page, notice, status, party, opener;
  let shown = !options.launcher?.hidden;
  /** @type {any} */
  let model = {};
  /** @type {any} */
  let said;

  const style = (/** @type {string} */ nonce) => {
    shadow.querySelector('style')?.remove();
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      shadow.adoptedStyleSheets = [sheet];
    } catch {
      shadow.append(el('style', { nonce }, css));
    }
  };

  const place = () => {
    const target =
      typeof inline == 'string' ? document.querySelector(inline) : inline || document.documentElement;
    if (target && element.parentNode != target) {
      target.append(element);
      if (widget.isOpen) present();
    }
  };

  const go = (/** @type {string} */ name) => {
    const make = { wrapped: createStory, data: createPersonal }[name] || createHome;
    page = make(api);
    body.replaceChildren(page.node);
    body.scrollTop = 0;
    heading.textContent = name ? t(name) : model.business?.name || '';
    back.hidden = !name;
    page.name = name;
    page.draw(model);
    if (name) back.focus();
  };

  /** Non-modal on a wide screen; on a small one the panel is the screen. */
  const present = () => {
    panel.close();
    if (small.matches) panel.showModal();
    else panel.show();
  };

  const announce = (/** @type {string} */ text) => {
    if (widget.isOpen) status.textContent = text;
  };

  const api = {
    ...host,
    go,
    model: () => model,
    rtl: () => direction() == 'rtl',
    share: (/** @type {string} */ kind, /** @type {string} */ note) => widget.shareContext(kind, note),
  };

  const build = () => {
    const { x = 20, y = 20 } = options.offset || {};
    arc = createArc('ring');
    label = el('b');
    launcher = el(
      'button',
      { class: 'launcher', part: 'launcher', 'aria-controls': 'panel', click: () => widget.toggle() },
      arc.node,
      label,
    );
    heading = el('h2', { id: 'title', dir: 'auto' });
    back = el('button', { class: 'icon back', 'aria-label': t('back'), click: () => goHome() }, '‹');
    body = el('div', { class: 'body' });
    notice = el('div', { class: 'notice' });
    status = el('p', { class: 'status', role: 'status' });
    party = el('div', { class: 'party', part: 'celebration', role: 'status' });
    panel = el(
      inline ? 'section' : 'dialog',
      {
        id: 'panel',
        part: 'panel',
        'aria-labelledby': 'title',
        cancel: (/** @type {Event} */ event) => {
          event.preventDefault();
          widget.close();
        },
        keydown: (/** @type {KeyboardEvent} */ event) => event.key == 'Escape' && widget.close(),
      },
      el(
        'header',
        { part: 'header' },
        back,
        heading,
        !inline &&
          el('button', { class: 'icon', 'aria-label': t('close'), click: () => widget.close() }, '×'),
      ),
      notice,
      body,
      status,
    );
    root?.remove();
    root = el(
      'div',
      { class: `root ${inline ? 'inline' : options.position}`, lang: language(), dir: direction() },
      !inline && launcher,
      panel,
      party,
    );
    const variables = {
      accent: options.accent,
      font: options.fontFamily || getComputedStyle(document.body).fontFamily,
      z: options.zIndex,
      x: x + 'px',
      y: y + 'px',
    };
    for (const [name, value] of Object.entries(variables))
      if (value != null) root.style.setProperty('--' + name, value);
    theme(options.theme);
    shadow.append(root);
    go('');
    if (widget.isOpen) present();
  };

  const goHome = () => {
    go('');
    body.querySelector('button').focus();
  };

  const theme = (/** @type {string} */ name = 'auto') => {
    options.theme = name;
    root.dataset.theme = name;
  };

  const view = {
    build,
    place,
    style,
    theme,
    /** @param {any} next */
    draw: (next) => {
      model = next;
      const score = shownScore(model);
      const name = options.launcher?.label || t('title');
      set(launcher, {
        'aria-label': [name, spokenScore(model)].filter(Boolean).join(': '),
        'aria-expanded': `${widget.isOpen}`,
        hidden: !shown,
      });
      arc.move(score);
      label.textContent = score == null ? '' : number(score);
      if (!page.name) heading.textContent = model.business?.name || '';
      fill(notice, model.status || 0, () => [
        model.status != 'live' && el('p', {}, t(model.status || 'loading')),
        model.status == 'denied' && el('button', { click: host.retry }, t('retry')),
      ]);
      page.draw(model);
      if (score != null && said != null && said != score) announce(t('changed', { n: number(score) }));
      said = score;
    },
    open: () => {
      if (inline || widget.isOpen) return;
      opener = shadow.activeElement || document.activeElement;
      widget.isOpen = true;
      present();
      launcher.setAttribute('aria-expanded', 'true');
      host.emit('opened');
      host.opened();
    },
    close: () => {
      if (inline || !widget.isOpen) return;
      widget.isOpen = false;
      panel.close();
      launcher.setAttribute('aria-expanded', 'false');
      if (page.name) go('');
      (opener && opener != document.body && opener.isConnected ? opener : launcher).focus();
      host.emit('closed');
    },
    /** @param {boolean} visible */
    show: (visible) => {
      shown = visible;
      launcher.hidden = !visible;
    },
    /** @param {string} key */
    say: (key) => announce(t(key)),
    /** @param {{title: string, text: string}} what */
    celebrate: ({ title, text }) => {
      const modes = [options.celebrations, model.preferences?.celebrations];
      if (modes.includes('off')) return;
      const sparks = modes.includes('quiet')
        ? []
        : Array.from({ length: SPARKS }, (_, i) => {
            const spark = el('i', { 'aria-hidden': 'true' });
            spark.style.setProperty('--turn', (i * 360) / SPARKS + 'deg');
            return spark;
          });
      party.replaceChildren(...sparks, el('b', { dir: 'auto' }, title), el('p', { dir: 'auto' }, text));
      const mine = party.firstChild;
      setTimeout(
        guard(() => party.firstChild == mine && party.replaceChildren()),
        CELEBRATION_SECONDS * 1e3,
      );
    },
    /** Nothing of a customer stays in the page. */
    clear: () => {
      model = {};
      said = null;
      build();
      view.draw(model);
    },
    remove: () => {
      element.onremoved = null;
      element.remove();
    },
  };

  style(options.nonce);
  build();
  element.onremoved = guard(place);
  small.addEventListener('change', guard(() => widget.isOpen && present()));
  place();
  return view;
};
