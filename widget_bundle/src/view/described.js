/**
 * Pages as Pulse describes them: nodes `[tag, attributes, ...children]`, texts in the visitor's
 * language, and what a button does. The server builds them (pulse/contexts/described); texts never
 * become nodes.
 */
import { el } from '../dom.js';
import { fill, isRtl } from '../i18n.js';
import { draw, focus, go } from '../navigation.js';
import { line, options, ui } from '../state.js';
import { paint } from './picture.js';

/** What tells of a node's use; a button is clicked. @type {Record<string, string>} */
const HANDLERS = { input: 'oninput', div: 'onkeydown' };

/**
 * Do what a node says, in this order: `send` [method, path, body, name of the field that the text
 * goes into], `save` under this name, open a `page`, show what stands `at` this number. `last`: the
 * arrow keys go through the numbers up to it; `texts`: a slider does, and says these.
 * @param {any} act @param {any} event
 */
const run = async ({ send, save, page, at, last, texts }, { target, key }) => {
  if (texts) at = +target.value;
  const { at: now = 0 } = ui;
  if (last && /^Arrow[LR]/.test(key)) {
    at = now + ((key == 'ArrowRight') != isRtl() ? 1 : -1);
    if (at < 0 || at > last) return;
  }
  /** @type {any} */
  let data;
  if (send) {
    const [method, path, body, field] = send;
    if (field) body[field] = focus('textarea').value;
    data = await line?.request(method, path, body);
    if (body) line?.refresh();
  }
  if (save)
    el('a', {
      download: save,
      href: data
        ? 'data:application/json,' + encodeURIComponent(JSON.stringify(data, null, 2))
        : paint(focus('.card')).toDataURL(),
    }).click();
  if (page != null) await go(page);
  if (at != null) {
    ui.at = at;
    draw();
    focus('.here');
  }
};

/**
 * @param {any} node a text, or what becomes a node; without a tag it is a text that the host may
 * have words of its own for
 * @returns {any}
 */
export const read = (node) => {
  if (!node?.map) return node;
  const [tag, { at, act, ...attributes }, ...children] = node;
  const own = options.strings?.[attributes.key];
  if (!tag) return own ? fill(own, attributes) : children.map(read).join('');
  const { at: now = 0 } = ui;
  if (at != null && at != now) return;
  for (const name in attributes) attributes[name] = read(attributes[name]);
  if (act) attributes[HANDLERS[tag] || 'onclick'] = (/** @type {any} */ event) => run(act, event);
  if (act?.texts) Object.assign(attributes, { value: now, 'aria-valuetext': act.texts[now] });
  return el(tag, attributes, children.map(read));
};
