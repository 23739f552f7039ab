/** What is seen: the launcher, the panel around its page, notices, a celebration. */
import { el, morph } from '../dom.js';
import { isRtl, isWorded, language, t, tag } from '../i18n.js';
import { draw, go, setDraw, shadow } from '../navigation.js';
import { SIGNED_OUT } from '../token.js';
import { api, line, model, options, ui } from '../state.js';
import { read } from './described.js';
import { party } from './party.js';
import { button, confirmation, share } from './share.js';

const CELEBRATION = 8e3;

/** The score on show. */
let said = '';

/** The business's own word for the strength, or ours. */
const bond = () => model.widget?.bond || t('title');

const icon = (/** @type {string} */ key, /** @type {string} */ sign, /** @type {any} */ onclick) =>
  el('button', { class: 'icon', 'aria-label': t(key), onclick }, sign);

const launcher = () =>
  el(
    'button',
    {
      class: 'launcher',
      part: 'launcher',
      'aria-label': `${options.launcher?.label || bond()} ${read(model.view?.spoken) || ''}`.trim(),
      'aria-expanded': `${api.isOpen}`,
      'aria-controls': 'panel',
      onclick: api.toggle,
    },
    read(model.view?.ring),
    el('b', {}, model.view?.mark || '···'),
  );

/** A sentence, and a way to try again. @param {string} words @param {any} again */
const notice = (words, again) =>
  words && el('div', { class: 'notice row' }, el('span', {}, words), again && button('retry', again));

const connectionNotice = () => {
  const { status = 'loading' } = model;
  if (status == 'live') return;
  const lost = status == 'offline' && navigator.onLine;
  // Of the token there is something to try again.
  return notice(t(lost ? 'reconnecting' : status == SIGNED_OUT ? 'token' : status), /to|_/i.test(status) && (() => line?.wake()));
};

/** What the visitor asked for and did not get: said where they are, to try again. */
const failureNotice = () =>
  ui.failed &&
  notice(t('failed'), () => {
    const again = ui.failed;
    ui.failed = null;
    draw();
    return again?.();
  });

/** The first page: all that comes later stands below what is on show. Whoever has something to say need not wait. */
const home = () => {
  const { above = [['div', { class: 'skeleton' }]], below = [] } = model.view || {};
  return el('div', {}, above.map(read), isWorded && share(), below.map(read));
};

/** Made when it opens: nobody looks into a closed one, and the score is painted the sooner. */
const panel = () =>
  el(
    options.mount ? 'section' : 'dialog',
    {
      id: 'panel',
      class: 'panel',
      part: 'panel',
      popover: !options.mount && 'manual',
      'aria-labelledby': 'title',
      // The browser's own way to close a modal one: Escape, or back on a phone.
      oncancel: api.close,
      onkeydown: (/** @type {KeyboardEvent} */ { key }) => key == 'Escape' && api.close(),
    },
    el(
      'header',
      {},
      ui.page && icon('back', isRtl() ? '›' : '‹', () => go('')),
      el(
        'h2',
        { id: 'title', dir: 'auto' },
        ui.page ? read(ui.view?.title) || t('loading') : model.business?.name || bond(),
      ),
      !options.mount && icon('close', '×', api.close),
    ),
    connectionNotice(),
    el('div', { class: 'body' }, ui.page ? el('div', {}, ui.view?.nodes.map(read)) : home()),
    live(),
  );

/** Whoever is not signed in meets no launcher: it waits for a token, or for why there is none. */
const isSomebody = () => (line?.owner() && (isWorded || /^en/.test(tag))) || (line && model.status);

/** A modal panel makes all else inert: what is announced goes where the visitor is. */
const inPanel = () => line && (api.isOpen || options.mount);

const live = () =>
  el(
    'div',
    { role: 'status' },
    el('p', { class: 'status' }, ui.status),
    failureNotice(),
    inPanel() && confirmation(),
    party(),
  );

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

setDraw(() => {
  const root = shadow?.querySelector('div');
  if (!root) return;
  const { shown = '' } = model.view || {};
  if (said && shown && said != shown) ui.status = bond() + ' ' + shown;
  said = shown;
  morph(
    root,
    el(
      'div',
      {
        class: options.mount ? 'inline' : options.position.replace('-', ' '),
        lang: language,
        dir: isRtl() ? 'rtl' : 'ltr',
      },
      !options.mount && !options.launcher?.hidden && isSomebody() && launcher(),
      inPanel() ? panel() : live(),
    ),
  );
});
