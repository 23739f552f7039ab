/** One reason: what if it were more, and "This is not right". */
import { el } from '../dom.js';
import { number, t } from '../i18n.js';
import { line, model, ui } from '../state.js';
import { button, part } from '../view/components.js';
import { draw, focus, go } from '../navigation.js';

const LONGEST = 280;

/** What a slider shows is asked for once a visit of the page. */
const explore = async () => {
  ui.possible = null;
  const path = '/what-if?feature=' + encodeURIComponent(ui.feature || '');
  ui.possible = (await line?.request('GET', path))?.possible;
  draw();
};

const slider = () => {
  if (ui.possible === undefined) explore().catch(() => {});
  const { possible, step = 0 } = ui;
  if (!possible?.[1]) return;
  const { text, strength } = possible[step];
  const told = `${text}: ${number(Math.round(strength))}`;
  return part(
    t('whatIf'),
    el('input', {
      type: 'range',
      class: 'wide',
      min: 0,
      max: possible.length - 1,
      value: step,
      'aria-label': t('whatIf'),
      'aria-valuetext': told,
      oninput: (/** @type {any} */ { target }) => {
        ui.step = +target.value;
        draw();
      },
    }),
    el('output', { dir: 'auto' }, told),
  );
};

const dispute = async () => {
  const { feature } = ui;
  await line?.request('POST', '/disputes', { feature, note: ui.reply });
  ui.reply = focus('textarea').value = '';
  await line?.refresh();
  return go('');
};

export const reason = () => {
  const all = [...(model.because || []), ...(model.strengthen || [])];
  const shown = all.find(({ feature }) => feature == ui.feature);
  const isKnown = model.identity?.identity_strength != null && !model.preferences?.score_hidden;
  return el(
    'div',
    {},
    el('p', { dir: 'auto' }, shown?.text),
    isKnown && model.strengthen?.some(({ feature }) => feature == ui.feature) && slider(),
    el(
      'section',
      {},
      el('label', { for: 'reply' }, t('replyLabel', { who: model.business?.name })),
      el(
        'textarea',
        {
          id: 'reply',
          maxlength: LONGEST,
          dir: 'auto',
          oninput: (/** @type {any} */ { target }) => {
            ui.reply = target.value;
          },
        },
        ui.reply || '',
      ),
      button('dispute', dispute, 'main wide'),
    ),
  );
};
