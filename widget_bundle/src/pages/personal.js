/** The customer's own data: what is kept, download, a hidden score, celebrations, erasure. */
import { el } from '../dom.js';
import { save } from './save.js';
import { learn, state } from '../state.js';
import { t } from '../i18n.js';
import { button, choices, part } from '../view/components.js';
import { draw, focus } from '../navigation.js';

const MODES = ['on', 'quiet', 'off'];

const prefer = async (/** @type {any} */ change) => {
  await state.line?.request('PUT', '/preferences', change);
  learn({ preferences: { ...state.model.preferences, ...change } });
  draw();
};

const download = async () =>
  save(
    'pulse.json',
    'data:application/json,' +
      encodeURIComponent(JSON.stringify(await state.line?.request('GET', '/data'), null, 2)),
  );

/** Erasure goes through one more question, and says when the request is passed on. */
const ask = (/** @type {string} */ step) => {
  state.ui.erasure = step;
  draw();
  focus('.erasure button');
};

export const personal = () => {
  const who = state.model.business?.name;
  const { celebrations, score_hidden = false } = state.model.preferences || {};
  return el(
    'div',
    {},
    el('p', {}, t('stored', { who })),
    button('download', download, 'wide'),
    choices(
      'data',
      ['hide'],
      () => score_hidden,
      () => prefer({ score_hidden: !score_hidden }),
    ),
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
      state.ui.erasure && el('p', { role: 'status' }, t(state.ui.erasure, { who })),
      state.ui.erasure == 'sure'
        ? el(
            'div',
            { class: 'row' },
            button('no', () => ask('')),
            button(
              'yes',
              async () => {
                await state.line?.request('POST', '/erasure-request');
                ask('erased');
              },
              'main',
            ),
          )
        : button('erase', () => ask('sure'), 'wide'),
    ),
  );
};
