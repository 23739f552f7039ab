/** What the customer says about themselves: four buttons, own words, and taking it back. */
import { el, fill, set } from '../dom.js';
import { date, t } from '../text.js';

const KINDS = ['busy', 'stuck', 'exploring', 'frustrated'];
const LONGEST = 280;

/** @param {any} host */
export const createShare = (host) => {
  /** @type {any} */
  let model = {};
  const waiting = () => host.outbox()?.list() || [];
  const added = () => waiting().filter((/** @type {any} */ item) => item.context_type);
  const removed = () => waiting().map((/** @type {any} */ item) => item.context_id);
  const shared = () =>
    (model.contexts || []).filter((/** @type {any} */ one) => !removed().includes(one.id));

  const withdraw = (/** @type {any} */ one) => {
    if (one.id) host.outbox().add({ context_id: one.id });
    else host.outbox().remove(one);
  };
  const find = (/** @type {string} */ kind) =>
    [...added(), ...shared()].filter((one) => one.context_type == kind);

  const buttons = KINDS.map((kind) =>
    el(
      'button',
      {
        part: 'context',
        click: () => {
          const mine = find(kind);
          if (mine.length) mine.forEach(withdraw);
          else host.share(kind);
        },
      },
      t(kind),
    ),
  );
  const group = el('div', { class: 'kinds', role: 'group', 'aria-label': t('share') }, ...buttons);
  const left = el('span', { id: 'left' });
  const field = el('textarea', {
    id: 'words',
    rows: 2,
    maxlength: LONGEST,
    dir: 'auto',
    'aria-describedby': 'left',
    input: () => count(),
  });
  const send = el('button', { class: 'main', click: () => submit() }, t('send'));
  const list = el('div', { class: 'shared' });

  const count = () => {
    left.textContent = field.value ? t('left', { n: LONGEST - field.value.length }) : '';
    send.hidden = !field.value.trim();
  };
  const submit = () => {
    host.share('own_words', field.value.trim());
    field.value = '';
    count();
    field.focus();
  };

  const row = (/** @type {any} */ one) =>
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
          click: () => {
            withdraw(one);
            buttons[0].focus();
          },
        },
        t('withdraw'),
      ),
    );

  const node = el(
    'section',
    { class: 'share' },
    el('h3', {}, t('share')),
    group,
    el('label', { for: 'words' }, t('words')),
    field,
    el('div', { class: 'send' }, left, send),
    list,
  );
  count();
  return {
    node,
    /** @param {any} next */
    draw: (next) => {
      model = next;
      buttons.forEach((button, i) => set(button, { 'aria-pressed': `${!!find(KINDS[i]).length}` }));
      const rows = [...shared(), ...added()];
      fill(list, [rows, model.business], () =>
        rows.length
          ? [el('h4', {}, t('shared', { who: model.business?.name })), el('ul', {}, ...rows.map(row))]
          : [],
      );
    },
  };
};
