import { el } from '../dom.js';

/**
 * Hand the visitor a file.
 * @param {string} download its name
 * @param {string} href its content, as a data: address
 */
export const save = (download, href) => el('a', { href, download }).click();
