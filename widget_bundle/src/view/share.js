/** What the customer says about themselves: four buttons, own words, and taking it back. */
import { el } from '../dom.js';
import { api, line, model, ui } from '../state.js';
import { date, number, t } from '../i18n.js';
import { draw, focus } from '../navigation.js';
import { read } from './described.js';

const KINDS = ['busy', 'stuck', 'exploring', 'frustrated'];
const LONGEST = 280;

/** @param {string} key of its words @param {() => any} onclick @param {string} [kind] class */
export const button = (key, onclick, kind = '') => el('button', { class: kind, onclick }, t(key));

/**
 * Shared and, last, not yet confirmed; without what is being taken back. That something has arrived
 * may be heard before its confirmation. @returns {any[]}
 */
const shared = () => {
  const waiting = line?.outbox().list() || [];
  const { contexts = [] } = model;
  return [
    ...contexts.filter(({ id }) => !waiting.some((item) => item.context_id == id)),
    ...waiting.filter((item) => item.context_type && !contexts.some((one) => isSame(one, item))),
  ];
};
const isSame = (/** @type {any} */ one, /** @type {any} */ other) =>
  one.context_type == other.context_type && (one.note || '') == (other.note || '');

const withdraw = (/** @type {any} */ one) => {
  const outbox = line?.outbox();
  if (one.id) outbox?.add({ context_id: one.id });
  else outbox?.remove(one);
  focus('.kinds button');
};

/** @param {string} context_type @param {string} [note] */
const say = (context_type, note) => {
  const said = { context_type, note };
  const again = shared().some((one) => isSame(one, said));
  ui.said = { ...said, again };
  if (again) draw();
  else api.shareContext(context_type, note);
};

/** What was shared last, said where the visitor is: nothing is shared twice or taken back unasked. */
export const confirmation = () => {
  const { said } = ui;
  const one = said && shared().find((other) => isSame(other, said));
  // That it waits, the list and the notice above say.
  return (
    one &&
    (one.id || said.again) &&
    el(
      'div',
      { class: 'notice row' },
      el('span', { dir: 'auto' }, t(said.again ? 'already' : 'shared', { who: model.business?.name })),
      button('undo', () => {
        ui.said = null;
        withdraw(one);
      }),
    )
  );
};

export const share = () => {
  const typed = ui.words || '';
  const all = shared();
  return el(
    'section',
    {},
    el('h3', {}, t('share')),
    el(
      'div',
      { class: 'row kinds', role: 'group', 'aria-label': t('share') },
      KINDS.map((kind) =>
        el(
          'button',
          {
            'aria-pressed': `${all.some((one) => one.context_type == kind)}`,
            onclick: () => say(kind),
          },
          t(kind),
        ),
      ),
    ),
    el('label', { for: 'words' }, t('words')),
    el(
      'textarea',
      {
        id: 'words',
        maxlength: LONGEST,
        dir: 'auto',
        'aria-describedby': 'left',
        oninput: (/** @type {any} */ { target }) => {
          ui.words = target.value;
          draw();
        },
      },
      typed,
    ),
    el(
      'div',
      { class: 'row' },
      el('small', { id: 'left' }, typed && t('left', { n: number(LONGEST - typed.length) })),
      typed.trim() &&
        button(
          'send',
          () => {
            ui.words = focus('textarea').value = '';
            say('own_words', typed.trim());
          },
          'main',
        ),
    ),
    // When somebody answers who says that they are stuck; only where the business says so.
    model.contexts?.some(({ context_type: kind }) => /^(st|f|ow)/.test(kind)) && read(model.view?.answer),
    all[0] &&
      el(
        'ul',
        { 'aria-label': t('shared', { who: model.business?.name }) },
        all.map((one) =>
          el(
            'li',
            {},
            el('span', { dir: 'auto' }, one.note || t(one.context_type)),
            // Until when it counts, or that it waits; and how to take it back.
            el('small', {}, one.id ? t('until', { d: date(one.expires_at) }) : t('waiting')),
            button('withdraw', () => withdraw(one)),
          ),
        ),
      ),
  );
};
