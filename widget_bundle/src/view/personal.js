/** The customer's own data: what is kept, download, a hidden score, celebrations, erasure. */
import { el, fill, save, set } from '../dom.js';
import { t } from '../text.js';

const MODES = ['on', 'quiet', 'off'];

/** @param {any} host */
export const createPersonal = (host) => {
  const prefer = async (/** @type {any} */ change) => {
    await host.request('PUT', '/preferences', change);
    host.change({ preferences: { ...host.model().preferences, ...change } });
  };
  const hide = el('input', {
    type: 'checkbox',
    change: () => prefer({ score_hidden: hide.checked }),
  });
  const modes = MODES.map((mode) =>
    el('button', { click: () => prefer({ celebrations: mode }) }, t(mode)),
  );
  const erasure = el('div', { class: 'erasure' });
  const ask = (/** @type {string} */ step) => {
    const who = host.model().business?.name;
    const choices = {
      '': [el('button', { click: () => ask('sure') }, t('erase'))],
      sure: [
        el('p', {}, t('sure', { who })),
        el(
          'div',
          { class: 'row' },
          el('button', { click: () => ask('') }, t('no')),
          el(
            'button',
            {
              class: 'main',
              click: async () => {
                await host.request('POST', '/erasure-request');
                ask('erased');
              },
            },
            t('yes'),
          ),
        ),
      ],
      erased: [el('p', { tabindex: -1 }, t('erased'))],
    };
    fill(erasure, step, () => /** @type {any} */ (choices)[step]);
    erasure.querySelector('button, p[tabindex]').focus();
  };
  const who = host.model().business?.name;
  ask('');
  return {
    node: el(
      'div',
      { class: 'personal' },
      el('p', {}, t('stored', { who })),
      el(
        'button',
        {
          click: async () => {
            const data = await host.request('GET', '/data');
            save('pulse.json', new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
          },
        },
        t('download'),
      ),
      el('label', { class: 'switch' }, el('span', {}, t('hide')), hide),
      el('h3', {}, t('celebrations')),
      el('div', { class: 'kinds', role: 'group', 'aria-label': t('celebrations') }, ...modes),
      erasure,
    ),
    /** @param {any} model */
    draw: ({ preferences = {} }) => {
      hide.checked = !!preferences.score_hidden;
      modes.forEach((button, i) =>
        set(button, { 'aria-pressed': `${MODES[i] == preferences.celebrations}` }),
      );
    },
  };
};
