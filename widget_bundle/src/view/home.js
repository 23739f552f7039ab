/** The first page of the panel: the score, why, what would help, contexts, milestones. */
import { el } from '../dom.js';
import { model } from '../state.js';
import { date, number, points, t } from '../i18n.js';
import { arc, sparkline } from './gauge.js';
import { button, list, part } from './components.js';
import { share } from './share.js';
import { go } from '../navigation.js';

/** @returns {number | null} the whole number to show, if there is one */
export const shownScore = () => {
  const strength = model.identity?.identity_strength;
  return strength == null || model.preferences?.score_hidden ? null : Math.round(strength);
};

/** The score in words, for those who do not see the arc. */
export const spokenScore = () => {
  const score = shownScore();
  return score == null
    ? ''
    : `${t('of', { n: number(score), max: number(100) })}, ${t(model.identity?.band || '')}`;
};

const small = (/** @type {string} */ text) => el('small', { dir: 'auto' }, text);

/** Where there is no number to show: why not. */
const instead = () =>
  model.preferences?.score_hidden
    ? part(t('hidden'), ' ')
    : part(t('newTitle'), el('p', {}, t('newText')));

export const home = () => {
  const { identity, because = [], strengthen = [], history = [], milestones } = model;
  if (!identity) return '';
  const score = shownScore();
  const known = score != null;
  const { band, change } = identity;
  const { next, reached = [] } = milestones || {};
  return el(
    'div',
    {},
    known
      ? el(
          'div',
          {
            class: 'gauge',
            part: 'gauge',
            role: 'meter',
            'aria-label': t('title'),
            'aria-valuenow': score,
            'aria-valuetext': spokenScore(),
          },
          arc('arc', score),
          el('b', {}, number(score)),
          el('span', {}, t(band)),
        )
      : instead(),
    known &&
      el(
        'p',
        { class: 'trend' },
        t('trend', {
          n: points(change),
          d: number(identity.change_days, { style: 'unit', unit: 'day', unitDisplay: 'long' }),
        }),
      ),
    known &&
      history[1] &&
      sparkline(
        history.map((one) => one.identity_strength),
        t('history', {
          a: number(Math.round(history[0].identity_strength)),
          b: number(score),
          d: date(history[0].date),
        }),
      ),
    known &&
      part(
        t(band + 'Because'),
        list(
          '',
          because.map(({ text }) => [text]),
        ),
      ),
    part(
      t('strengthen'),
      list(
        '',
        strengthen.map(({ text, points: worth }) => [
          text,
          known && worth >= 0.5 && el('b', {}, points(worth)),
        ]),
      ),
    ),
    share(),
    part(
      t('milestones'),
      next && [
        list('', [[next.title, small(next.remaining)]]),
        el('progress', { value: next.progress, 'aria-label': next.title }),
      ],
      list(
        t('reached'),
        reached.map((one) => [one.title, small(date(one.reached_on, 'year'))]),
      ),
    ),
    el(
      'footer',
      { class: 'row' },
      button('wrapped', () => go('wrapped')),
      button('data', () => go('data')),
    ),
  );
};
