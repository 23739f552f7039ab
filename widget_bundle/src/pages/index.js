/**
 * The pages behind the first one. They are a file of their own, fetched when one of them opens: most
 * visits never do. What they need of the core comes from `core.js`; nothing is loaded twice.
 */
import { addWords } from '../i18n.js';
import words from './en.json';
import { personal } from './personal.js';
import { wrapped } from './wrapped.js';

addWords(words);

/** A page by its key in `ui.page`. @type {Record<string, () => any>} */
export default { wrapped, data: personal };
