/** The score as an arc, and its past as a line. */
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

/**
 * A line of past scores, scaled to its own range.
 * @param {number[]} scores oldest first, two at least
 * @param {string} label
 */
export const sparkline = (scores, label) => {
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
