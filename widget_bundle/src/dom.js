/**
 * Making and changing nodes without markup strings: nothing here parses HTML, so the widget works
 * under Trusted Types, and nothing it is told can become an element.
 */

/** @typedef {Record<string, any>} Attributes functions become listeners, null and false remove */

const SVG_TAGS = /^(svg|path|circle)$/;

/** @type {(error: any) => void} */
let onError = () => {};

/** Name the one place that hears of our own errors. @param {(error: any) => void} hear */
export const reportTo = (hear) => {
  onError = hear;
};

/**
 * Wrap a function so that neither its exceptions nor its rejections reach the host page.
 * @template {any[]} A
 * @param {(...args: A) => any} run
 * @returns {(...args: A) => any}
 */
export const guard =
  (run) =>
  (...args) => {
    try {
      const result = run(...args);
      return result && result.catch ? result.catch(onError) : result;
    } catch (error) {
      onError(error);
    }
  };

/**
 * @template {Element} T
 * @param {T} node
 * @param {Attributes} attributes
 * @returns {T}
 */
export const set = (node, attributes) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value == 'function') node.addEventListener(name, guard(value));
    else if (value == null || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? '' : value);
  }
  return node;
};

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...any} children nodes or texts; null, undefined and false are left out
 * @returns {any}
 */
export const el = (tag, attributes = {}, ...children) => {
  const node = SVG_TAGS.test(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  node.append(...children.filter((child) => child != null && child !== false));
  return set(node, attributes);
};

/**
 * Redraw the children of a node, but only when what they show has changed: focus, selection and
 * a screen reader's place survive every message that says nothing new.
 * @param {any} node
 * @param {any} data
 * @param {() => any[]} draw
 */
export const fill = (node, data, draw) => {
  const shown = JSON.stringify(data);
  if (node.shown != shown) {
    node.shown = shown;
    node.replaceChildren(...draw().filter(Boolean));
    node.hidden = !node.firstChild;
  }
};

/**
 * Hand the visitor a file.
 * @param {string} name
 * @param {Blob} blob
 */
export const save = (name, blob) => {
  const href = URL.createObjectURL(blob);
  el('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 9e3);
};
