/** The pages behind the first one, from the server, with what they use of the core. */
import { el, guard } from './dom.js';
import { learn, options, state } from './state.js';
import { addWords, isRtl, number, t } from './i18n.js';
import { button, choices, part } from './view/components.js';
import { draw, focus } from './navigation.js';

/** build.mjs reads these names: in the pages' file they stand for the imports. */
const core = [
  addWords, button, choices, draw, el, focus, guard, isRtl, learn, number, part, state, t,
];
let tries = 0;

/**
 * A browser may remember that a module failed, so every attempt has its own address.
 * @returns {Promise<Record<string, () => any>>} pages by their key in `ui.page`
 */
export const loadPages = async () =>
  (await import(`${options.apiUrl}/widget/v${VERSION}/pages.js?${tries++}`)).default(core);
