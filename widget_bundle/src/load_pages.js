/** The pages behind the first one, from the server, with what they use of the core. */
import { el, guard } from './dom.js';
import { api, learn, options, state } from './state.js';
import { addWords, date, isRtl, number, t } from './i18n.js';
import { button, list, part } from './view/components.js';
import { draw, focus, go } from './navigation.js';

/** build.mjs reads these names: in the pages' file they stand for the imports. */
const core = [
  addWords, api, button, date, draw, el, focus, go, guard, isRtl, learn, list, number, part, state, t,
];
let tries = 0;

/**
 * A browser may remember that a module failed, so every attempt has its own address.
 * @returns {Promise<Record<string, () => any>>} pages by their key in `ui.page`
 */
export const loadPages = async () =>
  (await import(`${options.apiUrl}/widget/v${VERSION}/pages.js?${tries++}`)).default(core);
