/** What is seen: the launcher, the panel around its page, notices, a celebration. */
import { el, morph } from '../dom.js';
import { isRtl, number, t, tag } from '../i18n.js';
import { draw, go, setDraw, shadow } from '../navigation.js';
import { SIGNED_OUT } from '../token.js';
import { api, line, model, options, ui } from '../state.js';
import { confirmation } from '../pages/share.js';
import { party } from '../pages/party.js';
import { personal } from '../pages/personal.js';
import { reason } from '../pages/reason.js';
import { wrapped } from '../pages/wrapped.js';
import { button } from './components.js';
import { arc } from './gauge.js';
import { bond, home, shownScore, spokenScore } from './home.js';

const CELEBRATION = 8e3;

/** The score on show. */
let said = '';

const icon = (/** @type {string} */ key, /** @type {string} */ sign, /** @type {any} */ onclick) =>
  el('button', { class: 'icon', 'aria-label': t(key), onclick }, sign);

const launcher = () =>
  el(
    'button',
    {
      class: 'launcher',
      part: 'launcher',
      'aria-label': `${options.launcher?.label || bond()} ${isNumber() ? spokenScore() : ''}`.trim(),
      'aria-expanded': `${api.isOpen}`,
      'aria-controls': 'panel',
      onclick: api.toggle,
    },
    arc('ring', isNumber() ? shownScore() : 100),
    el('b', {}, isNumber() ? said || '···' : '♥\uFE0E'),
  );

/** A mark, not a grade, unless the business wants its customers' number on the page. */
const isNumber = () => model.widget?.launcher != 'mark';

/** A sentence, and a way to try again. @param {string} words @param {any} again */
const notice = (words, again) =>
  el('div', { class: 'notice row' }, el('span', {}, words), again && button('retry', again));

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
      el('h2', { id: 'title', dir: 'auto' }, ui.page ? t(ui.page) : model.business?.name || bond()),
      !options.mount && icon('close', '×', api.close),
    ),
    connectionNotice(),
    el('div', { class: 'body' }, PAGES[ui.page || '']()),
    live(),
  );

/** By their key in `ui.page`. @type {Record<string, () => any>} */
const PAGES = { '': home, wrapped, data: personal, reason };

/** Whoever is not signed in meets no launcher: it waits for a token, or for why there is none. */
const isSomebody = () => line?.owner() || (line && model.status);

/** A modal panel makes all else inert: what is announced goes where the visitor is. */
const inPanel = () => line && (api.isOpen || options.mount);

const live = () =>
  el(
    'div',
    { role: 'status' },
    el('p', { class: 'status' }, ui.status),
    failureNotice(),
    api.isOpen || options.mount ? confirmation() : '',
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
  const score = shownScore();
  const shown = score == null ? '' : number(score);
  if (said && shown && said != shown) ui.status = bond() + ' ' + shown;
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
      !options.mount && !options.launcher?.hidden && isSomebody() && launcher(),
      inPanel() ? panel() : live(),
    ),
  );
});
