/** A look-back card as a picture. */
import { el } from '../dom.js';

/** Of the picture, in px; it is as high as the card is. */
const WIDTH = 1080;
const LINE_HEIGHT = 1.2;

/**
 * Paint the card again on a canvas, larger, line by line: no image is loaded, no page style needed.
 * @param {HTMLElement} card on screen
 */
export const paint = (card) => {
  const { backgroundColor, color, direction, padding } = getComputedStyle(card);
  const { clientWidth: width, clientHeight: height } = card;
  const scale = WIDTH / width;
  const margin = parseFloat(padding);
  const canvas = el('canvas', { width: WIDTH, height: height * scale });
  const pen = canvas.getContext('2d');
  let y = 0;
  pen.scale(scale, scale);
  pen.fillStyle = backgroundColor;
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = color;
  pen.direction = direction;
  for (const block of /** @type {any} */ (card.children)) {
    const { font, fontSize } = getComputedStyle(block);
    let line = '';
    const put = () => {
      pen.fillText(line, direction == 'rtl' ? width - margin : margin, (y += parseFloat(fontSize) * LINE_HEIGHT));
      line = '';
    };
    pen.font = font;
    y = Math.max(y, block.offsetTop);
    for (const word of block.textContent.split(' ')) {
      if (pen.measureText(line + word).width > width - 2 * margin) put();
      line += word + ' ';
    }
    put();
  }
  return canvas;
};
