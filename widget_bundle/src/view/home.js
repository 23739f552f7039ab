/** The first page of the panel: the score, why, what would help, contexts, milestones. */
import { el } from '../dom.js';
import { date, number, points, t } from '../text.js';
import { arc, sparkline } from './gauge.js';
import { share } from './share.js';

/** @typedef {import('../wire').App} App */
/** @typedef {import('../wire').Model} Model */

/** @param {Model} model @returns {number | null} the whole number to show, if there is one */
export const shownScore = ({ identity, preferences }) =>
  identity?.identity_strength == null || preferences?.score_hidden
    ? null
    : Math.round(identity.identity_strength);

/** @param {Model} model the score in words, for those who do not see the arc */
export const spokenScore = (model) => {
  const score = shownScore(model);
  return score == null
    ? ''
    : `${t('of', { n: number(score), max: number(100) })}, ${t(model.identity?.band)}`;
};

/**
 * A part of a page under its heading; without content it keeps its place, unseen.
 * @param {string} title
 * @param {...any} content
 */
export const part = (title, ...content) =>
  content.flat().some(Boolean) && el('section', {}, el('h3', {}, title), ...content);

/** @param {any} text words of the server or the customer, in whatever direction they are */
export const words = (text) => el('span', { dir: 'auto' }, text);

/** @param {App} app */
export const home = (app) => {
  const { identity, because, strengthen, history, milestones, preferences } = app.model;
  if (!identity) return '';
  const score = shownScore(app.model);
  const known = score != null;
  const { band, change } = identity;
  const next = milestones?.next;
  const past = (known && history?.map((one) => one.identity_strength)) || [];
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
            'aria-valuetext': spokenScore(app.model),
            'data-band': band,
          },
          arc('arc', score),
          el('b', {}, number(score)),
          el('span', {}, t(band)),
        )
      : el(
          'div',
          { class: 'fresh' },
          el('h3', {}, t(preferences?.score_hidden ? 'hidden' : 'newTitle')),
          !preferences?.score_hidden && el('p', {}, t('newText')),
        ),
    known &&
      el(
        'p',
        { class: 'trend' },
        t('trend', {
          n: points(change),
          d: number(identity.change_days, { style: 'unit', unit: 'day', unitDisplay: 'long' }),
        }),
      ),
    past.length > 1 &&
      sparkline(
        past,
        t('history', {
          a: number(Math.round(past[0])),
          b: number(score),
          d: date(history?.[0].date),
        }),
      ),
    part(
      t(band + 'Because'),
      known && because?.[0] && el('ul', {}, because.map(({ text }) => el('li', {}, words(text)))),
    ),
    part(
      t('strengthen'),
      strengthen?.[0] &&
        el(
          'ul',
          {},
          strengthen.map(({ text, points: worth }) =>
            el('li', {}, words(text), known && worth >= 0.5 && el('b', {}, points(worth))),
          ),
        ),
    ),
    share(app),
    part(
      t('milestones'),
      next && [
        el('p', { class: 'row' }, words(next.title), el('small', { dir: 'auto' }, next.remaining)),
        el('progress', { value: next.progress, 'aria-label': next.title }),
      ],
      milestones?.reached[0] &&
        el(
          'ul',
          { 'aria-label': t('reached') },
          milestones.reached.map((one) =>
            el('li', {}, words(one.title), el('small', {}, date(one.reached_on))),
          ),
        ),
    ),
    el(
      'footer',
      { class: 'row' },
      el('button', { onclick: () => app.go('wrapped') }, t('wrapped')),
      el('button', { onclick: () => app.go('data') }, t('data')),
    ),
  );
};
