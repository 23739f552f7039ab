/**
 * Making and changing nodes without markup strings: nothing here parses HTML, so the widget works
 * under Trusted Types, and nothing it is told can become an element.
 */

const SVG_TAGS = /^(svg|path|circle)$/;
const HANDLERS = ['onclick', 'oninput', 'onkeydown', 'oncancel'];
/** What the browser or the visitor sets on a node, not we. */
const THEIRS = 'open';

/** @type {(error: any, again?: () => any) => void} */
let fail;

/** @param {typeof fail} run told of every error, and how to try again what a visitor did */
export const onFailure = (run) => {
  fail = run;
};

/**
 * Wrap a function so that neither its exceptions nor its rejections reach the host page.
 * @param {(...args: any[]) => any} run
 * @param {boolean} [retry] a visitor asked for it and may ask again
 */
export const guard = (run, retry) => {
  const guarded = async (/** @type {any[]} */ ...args) => {
    try {
      await run(...args);
    } catch (error) {
      if (error) fail(error, retry ? () => guarded(...args) : undefined);
    }
  };
  return guarded;
};

/**
 * @param {string} tag
 * @param {Record<string, any>} attributes functions become handlers; false is left out
 * @param {...any} children nodes, texts, lists; what is false keeps its place, empty
 * @returns {any}
 */
export const el = (tag, attributes, ...children) => {
  const node = SVG_TAGS.test(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value == 'function') /** @type {any} */ (node)[name] = guard(value, true);
    else if (value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat(2).map((child) => child || ''));
  return node;
};

/**
 * Make one tree like another, touching only what differs: focus, typed words, transitions and a
 * screen reader's place survive every redraw.
 * @param {any} node in the page
 * @param {any} next freshly made
 */
export const morph = (node, next) => {
  if (node.nodeName != next.nodeName) return node.replaceWith(next);
  if (node.nodeType == 3) {
    if (node.data != next.data) node.data = next.data;
    return;
  }
  for (const name of node.getAttributeNames())
    if (name != THEIRS && !next.hasAttribute(name)) node.removeAttribute(name);
  for (const name of next.getAttributeNames()) node.setAttribute(name, next.getAttribute(name));
  for (const name of HANDLERS) node[name] = next[name];
  const old = [...node.childNodes];
  const fresh = [...next.childNodes];
  fresh.forEach((child, i) => (old[i] ? morph(old[i], child) : node.append(child)));
  old.slice(fresh.length).forEach((child) => child.remove());
};
