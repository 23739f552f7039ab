/**
 * Words, numbers and dates in the visitor's language. The words come with what Pulse says of the
 * customer; built in are the few English ones for the time before and for when it cannot be reached.
 * A host may override any key.
 */
import en from './locales/en.json';

/** Tags of the languages we speak. */
const SPOKEN = /^(en|de|es|fr|pt|bn|ar)([-_]\w+)*$/;

/** What is said before the words are here, or when they are not to be had. @type {Record<string, string>} */
let words = en;
/** The language that is wanted. */
export let tag = 'en';
/** The language of the words in use, for `lang`. */
export let language = 'en';
/** The page has named the language: what the customer has stored does not count. */
export let isChosen = false;
/** All words are here. */
export let isWorded = false;

/** @param {string} text @param {Record<string, any>} [values] fill the {name} places */
export const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values?.[name]);

/** @param {string} key @param {Record<string, any>} [values] */
export const t = (key, values) => fill(words[key] || '', values);

/** Whether the language in use is written from right to left. */
export const isRtl = () => /^ar/.test(language);

/**
 * Choose the language. @param {string} [wanted] BCP 47 tag, or 'auto' for the page's, else the
 * browser's @returns {boolean} whether it is one that we speak
 */
export const chooseTag = (wanted = 'auto') => {
  isChosen = wanted != 'auto';
  const asked = isChosen ? [wanted] : [document.documentElement.lang, navigator.language, 'en'];
  const found = asked.find((one) => SPOKEN.test(one));
  tag = found || 'en';
  return !!found;
};

/**
 * Take words into use. @param {any} [loaded] by key; nothing leaves those that are built in
 * @param {Record<string, string>} [overrides] the host's own
 * @param {string} [spoken] their language, as browsers take it
 */
export const useWords = (loaded, overrides, spoken = 'en') => {
  isWorded = !!loaded;
  language = spoken;
  if (loaded) tag = spoken;
  words = { ...en, ...loaded, ...overrides };
};

/** @param {number} value */
export const number = (value) => value.toLocaleString(language);

/** @param {string} value ISO moment */
export const date = (value) =>
  new Date(value)
    .toLocaleDateString(language, { month: 'short', day: 'numeric' })
    .replace(/^1 /, /^fr/.test(language) ? '1er ' : '1 ');
