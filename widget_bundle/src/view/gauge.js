/** The score as an arc: one drawing for the launcher and the panel, moved, never redrawn. */
import { el, set } from '../dom.js';

/** Part of the circle the arc spans; the gap is at the bottom. */
const SPAN = 75;

/** @param {string} name */
export const createArc = (name) => {
  const circle = (/** @type {string} */ part) =>
    el('circle', { class: part, cx: 60, cy: 60, r: 52, pathLength: 100 });
  const track = set(circle('track'), { 'stroke-dasharray': `${SPAN} 100` });
  const value = circle('value');
  const node = el('svg', { class: name, viewBox: '0 0 120 120', 'aria-hidden': 'true' }, track, value);
  return {
    node,
    /** @param {number | null} [score] 0 to 100; nothing leaves the track alone */
    move: (score) =>
      set(value, {
        'stroke-dasharray': `${((score || 0) * SPAN) / 100} 100`,
        'stroke-opacity': score ? 1 : 0,
      }),
  };
};

/**
 * A line of past scores, scaled to its own range.
 * @param {{identity_strength: number}[]} history oldest first
 * @param {string} label
 */
export const sparkline = (history, label) => {
  const scores = history.map((one) => one.identity_strength);
  const low = Math.min(...scores) - 2;
  const high = Math.max(...scores) + 2;
  const place = (/** @type {number} */ score, /** @type {number} */ i) =>
    `${((i * 296) / (scores.length - 1) + 2).toFixed(1)} ${(46 - ((score - low) * 44) / (high - low)).toFixed(1)}`;
  const line = 'M' + scores.map(place).join('L');
  const [cx, cy] = place(scores[scores.length - 1], scores.length - 1).split(' ');
  return el(
    'svg',
    { class: 'spark', viewBox: '0 0 300 48', role: 'img', 'aria-label': label },
    el('path', { class: 'area', d: line + 'V48H2Z' }),
    el('path', { class: 'line', d: line }),
    el('circle', { cx, cy, r: 3.5 }),
  );
};
