/** The customer's own data: what is kept, download, a hidden score, celebrations, erasure. */
import { el, save } from '../dom.js';
import { t } from '../text.js';
import { part } from './home.js';

const MODES = /** @type {const} */ (['on', 'quiet', 'off']);

/** @param {import('../wire').App} app */
export const personal = (app) => {
  const { ui, model } = app;
  const who = model.business?.name;
  const hidden = model.preferences?.score_hidden;
  const ask = (/** @type {string} */ step) => () => {
    ui.erasure = step;
    app.draw();
    app.focus('.erasure button');
  };
  return el(
    'div',
    {},
    el('p', {}, t('stored', { who })),
    el(
      'button',
      {
        class: 'wide',
        onclick: async () =>
          save('pulse.json', new Blob([JSON.stringify(await app.request('GET', '/data'), null, 2)])),
      },
      t('download'),
    ),
    el(
      'button',
      {
        class: 'wide',
        'aria-pressed': `${!!hidden}`,
        onclick: () => app.prefer({ score_hidden: !hidden }),
      },
      t('hide'),
    ),
    part(
      t('celebrations'),
      el(
        'div',
        { class: 'kinds', role: 'group', 'aria-label': t('celebrations') },
        MODES.map((mode) =>
          el(
            'button',
            {
              'aria-pressed': `${mode == model.preferences?.celebrations}`,
              onclick: () => app.prefer({ celebrations: mode }),
            },
            t(mode),
          ),
        ),
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
            el('button', { onclick: ask('') }, t('no')),
            el(
              'button',
              {
                class: 'main',
                onclick: async () => {
                  await app.request('POST', '/erasure-request');
                  ask('erased')();
                },
              },
              t('yes'),
            ),
          )
        : el('button', { class: 'wide', onclick: ask('sure') }, t('erase')),
    ),
  );
};
