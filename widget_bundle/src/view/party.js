/** A celebration: words, and sparks where they are wanted. */
import { el } from '../dom.js';
import { ui } from '../state.js';

const SPARKS = 12;

export const party = () => {
  const { party: what } = ui;
  return (
    what &&
    el(
      'div',
      { class: 'party', part: 'celebration' },
      !what.calm &&
        el(
          'svg',
          { viewBox: '0 0 1 1' },
          // One dotted circle that grows: the dots fly apart.
          el('circle', { pathLength: SPARKS, 'stroke-dasharray': '0 1' }),
        ),
      el('b', { dir: 'auto' }, what.title),
      el('p', { dir: 'auto' }, what.text),
    )
  );
};
