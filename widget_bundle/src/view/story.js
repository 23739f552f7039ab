/** Wrapped: a look back as a few cards, one at a time, each to be saved as a picture. */
import { el, fill, guard, save } from '../dom.js';
import { number, t } from '../text.js';

const WIDTH = 1080;
const HEIGHT = 1350;

/**
 * Paint a card on a canvas: no image is loaded and no page style is needed.
 * @param {any} slide
 * @param {string} heading
 * @param {CSSStyleDeclaration} style of the card on screen
 */
const paint = (slide, heading, style) => {
  const canvas = el('canvas', { width: WIDTH, height: HEIGHT });
  const pen = canvas.getContext('2d');
  const rtl = style.direction == 'rtl';
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.fillStyle = style.color;
  pen.direction = style.direction;
  pen.textAlign = 'start';
  let y = 160;
  const write = (/** @type {string} */ text, /** @type {number} */ size, /** @type {number} */ weight) => {
    pen.font = `${weight} ${size}px ${style.fontFamily}`;
    let line = '';
    const put = () => {
      pen.fillText(line, rtl ? WIDTH - 96 : 96, y);
      y += size * 1.25;
      line = '';
    };
    for (const word of `${text ?? ''}`.split(' ')) {
      if (line && pen.measureText(line + word).width > WIDTH - 192) put();
      line += word + ' ';
    }
    put();
  };
  write(heading, 40, 400);
  y = 520;
  write(slide.title, 52, 500);
  y += 90;
  write(slide.figure, 150, 700);
  y += 10;
  write(slide.text, 46, 400);
  return canvas;
};

/** @param {any} host */
export const createStory = (host) => {
  let period = 'quarter';
  let at = 0;
  /** @type {any} */
  let story = null;
  const card = el('div', { class: 'card', part: 'card', role: 'group', tabindex: -1 });
  const marks = el('div', { class: 'marks', 'aria-hidden': 'true' });
  const step = (/** @type {number} */ by) => {
    at = Math.min(Math.max(at + by, 0), story.slides.length - 1);
    show();
    card.focus();
  };
  const periods = ['quarter', 'year'].map((name) =>
    el('button', { click: () => load(name) }, t(name)),
  );
  const controls = el(
    'div',
    { class: 'row' },
    el('button', { click: () => step(-1) }, t('previous')),
    el(
      'button',
      {
        class: 'main',
        click: () =>
          paint(story.slides[at], heading(), getComputedStyle(card)).toBlob(
            guard((blob) => save(`pulse-${at + 1}.png`, blob)),
          ),
      },
      t('save'),
    ),
    el('button', { click: () => step(1) }, t('forward')),
  );
  const heading = () => `${host.model().business?.name} · ${story.period.label}`;
  const show = () => {
    const slides = story?.slides || [];
    const slide = slides[at];
    periods.forEach((button, i) =>
      button.setAttribute('aria-pressed', `${period == ['quarter', 'year'][i]}`),
    );
    controls.hidden = !slide;
    controls.firstChild.disabled = !at;
    controls.lastChild.disabled = at > slides.length - 2;
    marks.replaceChildren(
      ...slides.map((/** @type {any} */ _, /** @type {number} */ i) => el('i', { class: i <= at && 'on' })),
    );
    card.setAttribute('aria-label', `${number(at + 1)}/${number(slides.length)}`);
    fill(card, [slide, story?.period, at], () =>
      slide
        ? [
            el('small', { dir: 'auto' }, heading()),
            el('h3', { dir: 'auto' }, slide.title),
            slide.figure != null && el('b', { dir: 'auto' }, `${slide.figure}`),
            el('p', { dir: 'auto' }, slide.text),
          ]
        : [el('p', {}, t(story ? 'empty' : 'loading'))],
    );
  };
  const load = async (/** @type {string} */ name) => {
    period = name;
    at = 0;
    story = null;
    show();
    try {
      story = await host.request('GET', '/wrapped?period=' + name);
      show();
    } catch {
      fill(card, name + Date.now(), () => [el('p', {}, t('failed'))]);
    }
  };
  load(period);
  return {
    node: el(
      'div',
      {
        class: 'story',
        keydown: (/** @type {KeyboardEvent} */ event) => {
          const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (way && story) step(way * (host.rtl() ? -1 : 1));
        },
      },
      el('div', { class: 'kinds', role: 'group', 'aria-label': t('wrapped') }, ...periods),
      marks,
      card,
      controls,
    ),
    draw: () => {},
  };
};
