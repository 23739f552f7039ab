/** The customer's own data: what is kept, download, a hidden score, celebrations, erasure. */
import { el } from '../dom.js';
import { save } from './save.js';
import { learn, line, model, ui } from '../state.js';
import { date, number, t } from '../i18n.js';
import { button, list, part } from '../view/components.js';
import { draw, focus } from '../navigation.js';
import { choices } from './choices.js';

const MODES = ['on', 'quiet', 'off'];

const prefer = async (/** @type {any} */ change) => {
  await line?.request('PUT', '/preferences', change);
  learn({ preferences: { ...model.preferences, ...change } });
  draw();
};

const download = async () =>
  save(
    'pulse.json',
    'data:application/json,' +
      encodeURIComponent(JSON.stringify(await line?.request('GET', '/data'), null, 2)),
  );

/** Erasure goes through one more question, and says when the request is passed on. */
const ask = (/** @type {string} */ step) => {
  ui.erasure = step;
  draw();
  focus('.erasure button');
};

/** Who has seen it: days on which people of the business opened the customer's page. */
const seen = (/** @type {string | undefined} */ who) => {
  if (ui.seen === undefined) {
    ui.seen = null;
    (async () => {
      ui.seen = await line?.request('GET', '/access');
      draw();
    })().catch(() => {});
  }
  return part(
    t('seen'),
    ui.seen &&
      (ui.seen[0]
        ? list(
            t('seenBy', { who }),
            ui.seen.map(({ day, people }) => [date(day), el('small', {}, number(people))]),
          )
        : el('p', {}, t('seenNobody', { who }))),
    ui.seen?.[0] && el('small', {}, t('seenBy', { who })),
  );
};

export const personal = () => {
  const who = model.business?.name;
  const { celebrations, score_hidden = false } = model.preferences || {};
  return el(
    'div',
    {},
    el('p', {}, t('stored', { who })),
    button('download', download, 'wide'),
    button(
      score_hidden ? 'unhide' : 'hide',
      () => prefer({ score_hidden: !score_hidden }),
      'wide',
    ),
    seen(who),
    part(
      t('celebrations'),
      choices(
        'celebrations',
        MODES,
        (mode) => mode == celebrations,
        (mode) => prefer({ celebrations: mode }),
      ),
    ),
    el(
      'section',
      { class: 'erasure' },
      ui.erasure && el('p', { role: 'status' }, t(ui.erasure, { who })),
      ui.erasure == 'sure'
        ? el(
            'div',
            { class: 'row' },
            button('no', () => ask('')),
            button(
              'yes',
              async () => {
                await line?.request('POST', '/erasure-request');
                ask('erased');
              },
              'main',
            ),
          )
        : button('erase', () => ask('sure'), 'wide'),
    ),
  );
};
