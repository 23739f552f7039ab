/** What the customer says about themselves: four buttons, own words, and taking it back. */
import { el } from '../dom.js';
import { date, number, t } from '../text.js';
import { part, words } from './home.js';

const KINDS = ['busy', 'stuck', 'exploring', 'frustrated'];
const LONGEST = 280;

/** @param {import('../wire').App} app */
export const share = (app) => {
  const outbox = app.outbox();
  const waiting = outbox?.list() || [];
  /** Shared and, last, not yet confirmed; without what is being taken back. @type {any[]} */
  const shared = [
    ...(app.model.contexts || []).filter(({ id }) => !waiting.some((item) => item.context_id == id)),
    ...waiting.filter((item) => item.context_type),
  ];
  const withdraw = (/** @type {any} */ one) =>
    one.id ? outbox?.add({ context_id: one.id }) : outbox?.remove(one);
  const typed = app.ui.words || '';

  return part(
    t('share'),
    el(
      'div',
      { class: 'kinds', role: 'group', 'aria-label': t('share') },
      KINDS.map((kind) => {
        const mine = shared.filter((one) => one.context_type == kind);
        return el(
          'button',
          {
            part: 'context',
            'aria-pressed': `${!!mine[0]}`,
            onclick: () => (mine[0] ? mine.forEach(withdraw) : app.share(kind)),
          },
          t(kind),
        );
      }),
    ),
    el('label', { for: 'words' }, t('words')),
    el('textarea', {
      id: 'words',
      rows: 2,
      maxlength: LONGEST,
      dir: 'auto',
      'aria-describedby': 'left',
      oninput: (/** @type {any} */ { target }) => {
        app.ui.words = target.value;
        app.draw();
      },
    }),
    el(
      'div',
      { class: 'row' },
      el('small', { id: 'left' }, typed && t('left', { n: number(LONGEST - typed.length) })),
      typed.trim() &&
        el(
          'button',
          {
            class: 'main',
            onclick: () => {
              app.ui.words = app.focus('textarea').value = '';
              app.share('own_words', typed.trim());
            },
          },
          t('send'),
        ),
    ),
    shared[0] &&
      el(
        'ul',
        { 'aria-label': t('shared', { who: app.model.business?.name }) },
        shared.map((one) =>
          el(
            'li',
            {},
            el(
              'span',
              { dir: 'auto' },
              one.note || t(one.context_type),
              el('small', {}, one.id ? t('until', { d: date(one.expires_at) }) : t('waiting')),
            ),
            el(
              'button',
              {
                onclick: () => {
                  withdraw(one);
                  app.focus('.kinds button');
                },
              },
              t('withdraw'),
            ),
          ),
        ),
      ),
  );
};
