/**
 * Words, numbers and dates in the visitor's language. English is built in; the others are one
 * small file each, fetched when asked for. A host may override any key.
 */
import en from './locales/en.json';

const LANGUAGES = /^(en|de|es|fr|pt|bn|ar)/;

/** @type {Record<string, string>} */
let english = en;
let words = english;
/** The language in use, for `lang`. */
export let tag = 'en';

/**
 * @param {string} key
 * @param {Record<string, any>} [values] fill the {name} places
 */
export const t = (key, values) =>
  (words[key] || '').replace(/{(\w+)}/g, (_, name) => values?.[name]);

/** English of pages loaded later; other languages come whole. @param {Record<string, string>} more */
export const addWords = (more) => {
  english = { ...english, ...more };
  words = { ...more, ...words };
};

/** Whether the language in use is written from right to left. */
export const isRtl = () => /^ar/.test(tag);

/** A tag as browsers take it, e.g. pt-BR for pt_BR; empty for what is none. */
const canonical = (/** @type {any} */ wanted) => {
  try {
    return Intl.getCanonicalLocales(wanted.replace(/_/g, '-'))[0] || '';
  } catch {
    return '';
  }
};

/**
 * Choose the language, known at once; settles when its words are here (or are not to be had: then
 * it is English).
 * @param {string} apiUrl
 * @param {string} [wanted] BCP 47 tag, or 'auto' for the page's, else the browser's
 * @param {Record<string, string>} [overrides] the host's own words by key
 * @returns {Promise<boolean>} whether it is the language that was wanted
 */
export const setLanguage = async (apiUrl, wanted = 'auto', overrides) => {
  const found = [document.documentElement.lang, navigator.language].find((one) => LANGUAGES.test(one));
  const asked = canonical(wanted == 'auto' ? found || 'en' : wanted);
  // European Portuguese is also written in Angola and Mozambique.
  const short = /^pt-(PT|AO|MZ)/.test(asked) ? 'pt-PT' : asked.slice(0, 2);
  const known = LANGUAGES.test(short);
  let loaded;
  tag = known ? asked : 'en';
  if (short != 'en' && known) {
    try {
      const answer = await fetch(`${apiUrl}/widget/v1/locales/${short}.json`, {
        signal: AbortSignal.timeout(4e3),
      });
      if (answer.ok) loaded = await answer.json();
    } catch {
      // A missing language is no reason to show nothing.
    }
    if (!loaded) tag = 'en';
  }
  words = { ...english, ...loaded, ...overrides };
  return tag == asked;
};

/**
 * A whole number below a thousand looks the same in most languages; the browser's first look into
 * its tables of numbers costs 15 ms, just when the score could be on the page.
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export const number = (value, options) =>
  options || /^(ar|bn)/.test(tag) ? value.toLocaleString(tag, options) : '' + value;

/** Points with their sign: +4, −3. @param {number} value */
export const points = (value) => number(Math.round(value), { signDisplay: 'exceptZero' });

/** @param {string} value ISO date or moment @param {'day' | 'year'} [part] beside the month */
export const date = (value, part = 'day') =>
  new Date(value)
    .toLocaleDateString(tag, { month: 'short', [part]: 'numeric' })
    .replace(/^1 /, /^fr/.test(tag) ? '1er ' : '1 ');
