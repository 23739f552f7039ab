/** The few pieces all pages are made of. */
import { el } from '../dom.js';
import { t } from '../i18n.js';

/**
 * A part of a page under its heading; without content it keeps its place, unseen.
 * @param {string} title
 * @param {...any} content
 */
export const part = (title, ...content) =>
  content.flat().some(Boolean) && el('section', {}, el('h3', {}, title), ...content);

/**
 * @param {string} key of its words
 * @param {() => any} onclick
 * @param {string} [kind] class
 */
export const button = (key, onclick, kind = '') => el('button', { class: kind, onclick }, t(key));

/**
 * A list whose rows have words of the server or the customer, in whatever direction they are, and
 * something small beside them.
 * @param {string} label
 * @param {any[]} rows [words, beside]
 */
export const list = (label, rows) =>
  rows[0] &&
  el(
    'ul',
    { 'aria-label': label },
    rows.map(([words, ...beside]) => el('li', {}, el('span', { dir: 'auto' }, words), ...beside)),
  );
