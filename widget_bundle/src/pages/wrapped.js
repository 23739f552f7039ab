/** Wrapped: a look back as a few cards, one at a time, each to be saved as a picture. */
import { el, guard } from '../dom.js';
import { save } from './save.js';
import { line, model, ui } from '../state.js';
import { isRtl, number, t } from '../i18n.js';
import { button } from '../view/components.js';
import { draw, focus } from '../navigation.js';
import { choices } from './choices.js';

/** Of the picture, in px; it is as high as the card is. */
const WIDTH = 1080;
const PERIODS = ['quarter', 'year'];

/**
 * Paint the card again on a canvas, larger, line by line: no image is loaded, no page style needed.
 * @param {HTMLElement} card on screen
 */
const paint = (card) => {
  const { backgroundColor, color, direction, padding } = getComputedStyle(card);
  const scale = WIDTH / card.clientWidth;
  const margin = parseFloat(padding) * scale;
  const canvas = el('canvas', { width: WIDTH, height: card.clientHeight * scale });
  const pen = canvas.getContext('2d');
  let y = 0;
  pen.fillStyle = backgroundColor;
  pen.fillRect(0, 0, WIDTH, canvas.height);
  pen.fillStyle = color;
  pen.direction = direction;
  for (const block of /** @type {any} */ (card.children)) {
    const { fontWeight, fontSize, fontFamily } = getComputedStyle(block);
    const size = parseFloat(fontSize) * scale;
    pen.font = `${fontWeight} ${size}px ${fontFamily}`;
    y = Math.max(y, block.offsetTop * scale);
    let line = '';
    const put = () => {
      pen.fillText(line, direction == 'rtl' ? WIDTH - margin : margin, (y += size * 1.2));
      line = '';
    };
    for (const word of block.textContent.split(' ')) {
      if (pen.measureText(line + word).width > WIDTH - 2 * margin) put();
      line += word + ' ';
    }
    put();
  }
  return canvas;
};

export const wrapped = () => {
  const load = async (/** @type {string} */ period) => {
    ui.period = period;
    ui.story = null;
    ui.at = 0;
    draw();
    ui.story = await line?.request('GET', '/wrapped?period=' + period);
    draw();
  };
  if (!ui.period) guard(load, true)(PERIODS[0]);
  const { at = 0 } = ui;
  const slides = ui.story?.slides || [];
  const slide = slides[at];
  const step = (/** @type {number} */ by) => {
    if (slides[at + by]) {
      ui.at = at + by;
      draw();
      focus('.card');
    }
  };
  const arrow = (/** @type {string} */ key, /** @type {number} */ by) =>
    el('button', { onclick: () => step(by), disabled: !slides[at + by] }, t(key));

  return el(
    'div',
    {
      onkeydown: (/** @type {KeyboardEvent} */ { key }) =>
        /^Arrow[LR]/.test(key) && step((key == 'ArrowRight') != isRtl() ? 1 : -1),
    },
    choices('wrapped', PERIODS, (period) => period == ui.period, load),
    el(
      'div',
      { class: 'card', part: 'card', tabindex: -1, dir: 'auto' },
      slide
        ? [
            el('small', {}, `${model.business?.name} · ${ui.story?.period.label}`),
            el('h3', {}, slide.title),
            slide.figure && el('b', {}, slide.figure),
            el('p', {}, slide.text),
          ]
        : el('p', {}, t(ui.failed ? 'failed' : ui.story ? 'empty' : 'loading')),
    ),
    slide && [
      el(
        'div',
        { class: 'row' },
        arrow('previous', -1),
        el('small', {}, t('of', { n: number(at + 1), max: number(slides.length) })),
        arrow('forward', 1),
      ),
      button(
        'save',
        () => save('pulse.png', paint(focus('.card')).toDataURL()),
        'main wide',
      ),
    ],
  );
};
