/** The first page of the panel: the score, why, what would help, milestones. */
import { el, fill, set } from '../dom.js';
import { date, number, points, t } from '../text.js';
import { createArc, sparkline } from './gauge.js';
import { createShare } from './share.js';

const DAY = { style: 'unit', unit: 'day', unitDisplay: 'long' };

/** @param {any} model @returns {number | null} the whole number to show, if there is one */
export const shownScore = ({ identity, preferences }) =>
  identity?.identity_strength == null || preferences?.score_hidden
    ? null
    : Math.round(identity.identity_strength);

/** @param {any} model the score in words */
export const spokenScore = (model) => {
  const score = shownScore(model);
  return score == null
    ? ''
    : `${t('of', { n: number(score), max: number(100) })}, ${t(model.identity.band)}`;
};


const texts = (/** @type {any[]} */ rows, /** @type {boolean} */ worth) =>
  el(
    'ul',
    { class: worth ? 'steps' : 'reasons' },
    ...rows.map((row) =>
      el(
        'li',
        {},
        el('span', { dir: 'auto' }, row.text),
        worth && row.points >= 0.5 && el('b', {}, points(row.points)),
      ),
    ),
  );

const milestones = (/** @type {any} */ { reached, next }) => [
  (next || reached.length) && el('h3', {}, t('milestones')),
  next &&
    el(
      'div',
      { class: 'next' },
      el('b', { dir: 'auto' }, next.title),
      el('span', { dir: 'auto' }, next.remaining),
      el(
        'div',
        {
          class: 'bar',
          role: 'progressbar',
          'aria-label': next.title,
          'aria-valuenow': Math.round(next.progress * 100),
        },
        el('i'),
      ),
    ),
  reached.length &&
    el(
      'details',
      {},
      el('summary', {}, `${t('reached')} · ${number(reached.length)}`),
      el(
        'ul',
        { class: 'reached' },
        ...reached.map((/** @type {any} */ one) =>
          el(
            'li',
            {},
            el('span', { dir: 'auto' }, one.title),
            el('time', { datetime: one.reached_on }, date(one.reached_on)),
          ),
        ),
      ),
    ),
];

/** @param {any} host what the view can do */
export const createHome = (host) => {
  const arc = createArc('arc');
  const figure = el('b');
  const band = el('span', { class: 'band' });
  const gauge = el('div', { class: 'gauge', part: 'gauge', role: 'meter', 'aria-valuemax': 100 });
  gauge.append(arc.node, figure, band);
  const trend = el('p', { class: 'trend' });
  const fresh = el('div', { class: 'fresh' });
  const reasons = el('section');
  const steps = el('section');
  const path = el('section');
  const past = el('div');
  const share = createShare(host);
  const foot = el(
    'footer',
    {},
    el('button', { click: () => host.go('wrapped') }, t('wrapped')),
    el('button', { click: () => host.go('data') }, t('data')),
  );
  return {
    node: el('div', { class: 'home' }, gauge, fresh, trend, past, reasons, steps, share.node, path, foot),
    /** @param {any} model */
    draw: (model) => {
      const { identity, because = [], strengthen = [], history = [], preferences } = model;
      const score = shownScore(model);
      const known = score != null;
      gauge.hidden = trend.hidden = !known;
      set(gauge, {
        'aria-label': t('title'),
        'aria-valuenow': known && score,
        'aria-valuetext': spokenScore(model),
        'data-band': identity?.band,
      });
      arc.move(score);
      figure.textContent = known ? number(score) : '';
      band.textContent = known ? t(identity.band) : '';
      const change = Math.round(identity?.change || 0);
      trend.textContent = known
        ? t('trend', { n: points(change), d: number(identity.change_days || 7, DAY) })
        : '';
      trend.dataset.way = `${Math.sign(change)}`;
      fill(fresh, [known, identity && preferences?.score_hidden], () =>
        known || !identity
          ? []
          : preferences?.score_hidden
            ? [el('p', {}, t('hidden'))]
            : [el('h3', {}, t('newTitle')), el('p', {}, t('newText'))],
      );
      fill(past, known && history, () =>
        known && history.length > 1
          ? [
              sparkline(
                history,
                t('history', {
                  a: number(Math.round(history[0].identity_strength)),
                  b: number(score),
                  d: date(history[0].date),
                }),
              ),
            ]
          : [],
      );
      fill(reasons, known && [because, identity.band], () =>
        known && because.length
          ? [el('h3', {}, t(identity.band + 'Because')), texts(because, false)]
          : [],
      );
      fill(steps, strengthen, () =>
        strengthen.length ? [el('h3', {}, t('strengthen')), texts(strengthen, known)] : [],
      );
      fill(path, model.milestones || 0, () => (model.milestones ? milestones(model.milestones) : []));
      const bar = path.querySelector('i');
      if (bar) bar.style.inlineSize = model.milestones.next.progress * 100 + '%';
      share.node.hidden = foot.hidden = !identity;
      share.draw(model);
    },
  };
};
