/**
 * The pages behind the first one, and its lower half: a file of its own, fetched when the panel opens.
 * What it needs of the core is handed over by `load_pages.js`; nothing is loaded twice.
 */
import { addWords } from '../i18n.js';
import words from './en.json';
import { lower } from './lower.js';
import { party } from './party.js';
import { personal } from './personal.js';
import { reason } from './reason.js';
import { wrapped } from './wrapped.js';

addWords(words);

/** A page by its key in `ui.page`, and parts of the first one. @type {Record<string, () => any>} */
export default { wrapped, data: personal, reason, lower, party };
