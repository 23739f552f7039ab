/**
 * Words, numbers and dates in the visitor's language. English is built in; the others are one
 * small file each, fetched when asked for. A host may override any key.
 */
import en from './locales/en.json';

const LANGUAGES = /^(de|es|fr|pt|bn|ar)$/;

/** @type {Record<string, string>} */
let words = en;
let tag = 'en';

/**
 * @param {string} key
 * @param {Record<string, any>} [values] fill the {name} places
 */
export const t = (key, values) =>
  (words[key] || '').replace(/{(\w+)}/g, (_, name) => values?.[name]);

/** The language in use, for `lang`. */
export const language = () => tag;

/** Whether the language in use is written from right to left. */
export const isRtl = () => /^ar/.test(tag);

/**
 * Choose the language; settles when its words are here (or are not to be had: English stays).
 * @param {string} apiUrl
 * @param {string} [wanted] BCP 47 tag, or 'auto' for the browser's
 * @param {Record<string, string>} [overrides] the host's own words by key
 */
export const setLanguage = async (apiUrl, wanted = 'auto', overrides) => {
  const asked = wanted == 'auto' ? navigator.language : wanted;
  const short = asked.slice(0, 2).toLowerCase();
  let loaded;
  if (LANGUAGES.test(short)) {
    try {
      const answer = await fetch(`${apiUrl}/widget/v1/locales/${short}.json`, {
        signal: AbortSignal.timeout(4e3),
      });
      if (answer.ok) loaded = await answer.json();
    } catch {
      // A missing language is no reason to show nothing.
    }
  }
  tag = loaded || short == 'en' ? asked : 'en';
  words = { ...en, ...loaded, ...overrides };
};

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export const number = (value, options) => value.toLocaleString(tag, options);

/** Points with their sign: +4, −3. @param {number} value */
export const points = (value) => number(Math.round(value), { signDisplay: 'exceptZero' });

/** @param {string} value ISO date or moment @param {'day' | 'year'} [part] beside the month */
export const date = (value, part = 'day') =>
  new Date(value).toLocaleDateString(tag, { month: 'short', [part]: 'numeric' });
