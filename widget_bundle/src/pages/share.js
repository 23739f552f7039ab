/** What the customer says about themselves: four buttons, own words, and taking it back. */
import { el } from '../dom.js';
import { api, state } from '../state.js';
import { date, number, t } from '../i18n.js';
import { button, list, part } from '../view/components.js';
import { draw, focus } from '../navigation.js';
import { choices } from './choices.js';

const KINDS = ['busy', 'stuck', 'exploring', 'frustrated'];
const LONGEST = 280;

/** When somebody answers who says that they are stuck; only where the business says so. */
const promise = () => {
  const { contexts = [], widget } = state.model;
  const hours = widget?.answer_hours;
  return (
    hours &&
    contexts.some(({ context_type: kind }) => /^(st|f|ow)/.test(kind)) &&
    el('p', {}, t('answer', { d: number(hours, { style: 'unit', unit: 'hour', unitDisplay: 'long' }) }))
  );
};

export const share = () => {
  const { line, model, ui } = state;
  const outbox = line?.outbox();
  const waiting = outbox?.list() || [];
  const { contexts = [] } = model;
  /**
   * Shared and, last, not yet confirmed; without what is being taken back. That something has
   * arrived may be heard before its confirmation. @type {any[]}
   */
  const shared = [
    ...contexts.filter(({ id }) => !waiting.some((item) => item.context_id == id)),
    ...waiting.filter(
      ({ context_type, note }) =>
        context_type &&
        !contexts.some((one) => one.context_type == context_type && one.note == note),
    ),
  ];
  const withdraw = (/** @type {any} */ one) => {
    if (one.id) outbox?.add({ context_id: one.id });
    else outbox?.remove(one);
    focus('.kinds button');
  };
  const find = (/** @type {string} */ kind) => shared.find((one) => one.context_type == kind);
  const typed = ui.words || '';

  return part(
    t('share'),
    choices(
      'share',
      KINDS,
      (kind) => !!find(kind),
      (kind) => (find(kind) ? withdraw(find(kind)) : api.shareContext(kind)),
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
            api.shareContext('own_words', typed);
          },
          'main',
        ),
    ),
    promise(),
    list(
      t('shared', { who: model.business?.name }),
      shared.map((one) => [
        one.note || t(one.context_type),
        el('small', {}, one.id ? t('until', { d: date(one.expires_at) }) : t('waiting')),
        button('withdraw', () => withdraw(one)),
      ]),
    ),
  );
};
