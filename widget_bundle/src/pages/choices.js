/** A row of buttons that are on or off. */
import { el } from '../dom.js';
import { t } from '../i18n.js';

/**
 * A labelled row of buttons that are on or off.
 * @param {string} label
 * @param {readonly string[]} keys of their words
 * @param {(key: string) => boolean} isOn
 * @param {(key: string) => any} act
 */
export const choices = (label, keys, isOn, act) =>
  el(
    'div',
    { class: keys[3] ? 'row kinds' : 'row', role: 'group', 'aria-label': t(label) },
    keys.map((key) =>
      el(
        'button',
        { 'aria-pressed': `${isOn(key)}`, onclick: () => act(key) },
        t(key),
      ),
    ),
  );
