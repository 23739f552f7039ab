/** The first page of the panel: the score, why, what would help, contexts. */
import { el } from '../dom.js';
import { model, ui } from '../state.js';
import { isWorded, number, points, t } from '../i18n.js';
import { arc } from './gauge.js';
import { list, part } from './components.js';
import { go } from '../navigation.js';
import { lower } from '../pages/lower.js';
import { share } from '../pages/share.js';

/** @returns {number | null} the whole number to show, if there is one */
export const shownScore = () => {
  const strength = model.identity?.identity_strength;
  return strength == null || model.preferences?.score_hidden ? null : Math.round(strength);
};

/** The word below the score: the band, or what a customer without one is. */
const standing = () => model.identity?.band || model.identity?.lifecycle || '';

/** The score in words, for those who do not see the arc. */
export const spokenScore = () => {
  const score = shownScore();
  return score == null
    ? ''
    : `${t('of', { n: number(score), max: number(100) })}, ${t(standing())}`;
};

/** The business's own word for the strength, or ours. */
export const bond = () => model.widget?.bond || t('title');

/** A reason or a step is a way to its own page. @param {import('../wire').Reason} one */
const fact = ({ feature, text }) =>
  el(
    'button',
    {
      class: 'fact',
      onclick: () => {
        Object.assign(ui, { feature, possible: undefined, step: 0 });
        return go('reason');
      },
    },
    text,
  );

/** Where there is no number to show: why not. */
const instead = () =>
  model.preferences?.score_hidden
    ? part(t('hidden'), ' ')
    : part(t('newTitle'), el('p', {}, t('newText')));

export const home = () => {
  const { identity, because = [], strengthen = [] } = model;
  // Whoever has something to say need not wait.
  if (!identity) return el('div', {}, el('div', { class: 'skeleton' }), isWorded && share());
  /** The business's own word. */
  const own = model.widget?.bond;
  const score = shownScore();
  const known = score != null;
  const { band, change } = identity;
  /** Below steady nobody is met with a grade: first what goes well, and one next step. */
  const isLow = known && (!band || band == 'fragile');
  const d = number(identity.change_days, { style: 'unit', unit: 'day', unitDisplay: 'long' });
  const gauge = known
    ? el(
        'div',
        {
          class: 'gauge',
          part: 'gauge',
          role: 'meter',
          'aria-label': bond(),
          'aria-valuenow': score,
          'aria-valuetext': spokenScore(),
        },
        arc('arc', score),
        el('b', {}, number(score)),
        el('span', {}, t(standing())),
      )
    : instead();
  const moved = Math.round(change || 0);
  const scoring = [
    gauge,
    known &&
      // A new customer has nothing to compare with.
      change != null &&
      (!isLow || moved > 0) &&
      el('p', { class: 'trend' }, moved ? t('trend', { n: points(moved), d }) : t('same', { d })),
  ];
  const why = [
    known && part(t((own ? 'own' : band || 'fragile') + 'Because', { bond: own }), list('', because.map((one) => [fact(one)]))),
    part(
      t(own ? 'ownStrengthen' : 'strengthen', { bond: own }),
      list(
        '',
        strengthen
          .slice(0, isLow ? 1 : 3)
          .map((one) => [fact(one), known && one.points >= 0.5 && el('b', {}, points(one.points))]),
      ),
    ),
  ];
  return el(
    'div',
    {},
    isLow ? [why, scoring] : [scoring, why],
    // All that comes later stands below: nothing on show moves.
    isWorded && lower(),
  );
};
