/** The lower half of the first page: past scores, replies, milestones. */
import { el } from '../dom.js';
import { date, number, t } from '../i18n.js';
import { model } from '../state.js';
import { go } from '../navigation.js';
import { button, list, part } from '../view/components.js';
import { share } from './share.js';

/**
 * A line of past scores, scaled to its own range.
 * @param {number[]} scores oldest first, two at least
 * @param {string} label
 */
const sparkline = (scores, label) => {
  const low = Math.min(...scores) - 2;
  const height = Math.max(...scores) + 2 - low;
  const points = scores.map((score, i) => [
    Math.round((i * 318) / (scores.length - 1)) + 4,
    Math.round(48 - ((score - low) * 44) / height),
  ]);
  const line = 'M' + points.join('L');
  const [cx, cy] = points[points.length - 1];
  return el(
    'svg',
    { class: 'spark', viewBox: '0 0 328 48', role: 'img', 'aria-label': label },
    el('path', { class: 'area', d: line + 'V48H4' }),
    el('path', { class: 'value', d: line }),
    el('circle', { cx, cy, r: 4 }),
  );
};

const small = (/** @type {string} */ text) => el('small', { dir: 'auto' }, text);

/** Scores of the last months, where they may be shown. */
const past = () => {
  const { history = [], identity, preferences } = model;
  const strength = identity?.identity_strength;
  return (
    strength != null &&
    !preferences?.score_hidden &&
    history[1] &&
    sparkline(
      history.map((one) => one.identity_strength),
      t('history', {
        a: number(Math.round(history[0].identity_strength)),
        b: number(Math.round(strength)),
        d: date(history[0].date),
      }),
    )
  );
};

/** What the customer said is not right, and the answers. */
const replies = () =>
  part(
    t('replies'),
    list(
      '',
      (model.disputes || []).map(({ fact, answer }) => [
        [fact, el('p', { dir: 'auto' }, small(answer || t('checking')))],
      ]),
    ),
  );

/** One list: what comes next, then what is reached, newest first. */
const milestones = () => {
  const { next, reached = [] } = model.milestones || {};
  return part(
    t('milestones'),
    next && [
      list('', [[next.title, small(next.remaining)]]),
      el('progress', { value: next.progress, 'aria-label': next.title }),
    ],
    list(
      t('reached'),
      reached.map((one) => [one.title, small(date(one.reached_on, 'year'))]),
    ),
  );
};

export const lower = () => [
  past(),
  share(),
  replies(),
  milestones(),
  el(
    'footer',
    { class: 'row' },
    button('wrapped', () => go('wrapped')),
    button('data', () => go('data')),
  ),
];
