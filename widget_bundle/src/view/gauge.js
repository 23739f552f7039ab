/** The score as an arc. */
import { el } from '../dom.js';

/** Part of the circle the arc spans; the gap is at the bottom. */
const SPAN = 75;

/**
 * @param {string} name class of the drawing
 * @param {number | null} score 0 to 100; nothing leaves the track alone
 */
export const arc = (name, score) => {
  const circle = (/** @type {string} */ part, /** @type {number} */ length) =>
    el('circle', {
      class: part,
      cx: 60,
      cy: 60,
      r: 54,
      pathLength: 100,
      'stroke-dasharray': length + ' 100',
    });
  return el(
    'svg',
    { class: name, viewBox: '0 0 120 120' },
    circle('track', SPAN),
    score && circle('value', (score * SPAN) / 100),
  );
};
