/**
 * Words, numbers and dates in the visitor's language: one small file each, fetched from the server.
 * Built in are the few English ones that are needed without it. A host may override any key.
 */
import en from './locales/en.json';

const LANGUAGES = /^(en|de|es|fr|pt|bn|ar)/;

/** What is said before the words are here, or when they are not to be had. @type {Record<string, string>} */
let words = en;
/** The language in use, for `lang`. */
export let tag = 'en';

/**
 * @param {string} key
 * @param {Record<string, any>} [values] fill the {name} places
 */
export const t = (key, values) =>
  (words[key] || '').replace(/{(\w+)}/g, (_, name) => values?.[name]);

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

/** Whether all words are here; undefined while they are on their way. @type {boolean | undefined} */
export let isWorded;

/**
 * Choose the language. @param {string} [wanted] BCP 47 tag, or 'auto' for the page's, else the
 * browser's @returns {[string, string]} the tag that was wanted, and the file of its words
 */
export const chooseTag = (wanted = 'auto') => {
  const found = [document.documentElement.lang, navigator.language].find((one) => LANGUAGES.test(one));
  const asked = canonical(wanted == 'auto' ? found || 'en' : wanted);
  const known = LANGUAGES.test(asked);
  tag = known ? asked : 'en';
  // European Portuguese is also written in Angola and Mozambique.
  return [asked, /^pt-(PT|AO|MZ)/.test(tag) ? 'pt-PT' : tag.slice(0, 2)];
};

/**
 * Have the words of a language; settles when they are here (or are not to be had: then a few of
 * English stand in).
 * @param {string} apiUrl
 * @param {string} [wanted]
 * @param {Record<string, string>} [overrides] the host's own words by key
 * @returns {Promise<boolean>} whether it is the language that was wanted
 */
export const setLanguage = async (apiUrl, wanted, overrides) => {
  const [asked, file] = chooseTag(wanted);
  const mine = tag;
  /** @type {any} */
  let loaded;
  try {
    const answer = await fetch(`${apiUrl}/widget/v1/locales/${file}.json`, {
      signal: AbortSignal.timeout(4e3),
    });
    if (answer.ok) loaded = await answer.json();
  } catch {
    // Missing words are no reason to show nothing.
  }
  // Another one may have been asked for since.
  if (tag == mine) {
    isWorded = !!loaded;
    if (!loaded) tag = 'en';
    words = { ...en, ...loaded, ...overrides };
  }
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
