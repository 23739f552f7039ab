/** Events for the host, in two forms: `PulseWidget.on('x')` and `pulse:x` on window. */
import { options } from './state.js';

/** @type {Record<string, [(detail: any) => void, any][]>} */
let listeners = {};

/** The code of the last error, for `debug()`. @type {string | undefined} */
export let lastError;

/** @param {string} name @param {any} [detail] never a token, never free text */
export const emit = (name, detail = {}) => {
  const { debug, onError } = options || {};
  // On its own, so that an error in it is the host's and is reported as such.
  const call = (/** @type {any} */ hear) => queueMicrotask(() => hear(detail));
  if (name == 'error') {
    lastError = detail.code;
    if (onError) call(onError);
  }
  if (debug || name == 'error') console.warn('pulse:' + name, detail);
  for (const [hear, once] of listeners[name] || []) {
    if (once) off(name, hear);
    call(hear);
  }
  dispatchEvent(new CustomEvent('pulse:' + name, { detail }));
};

/** @param {string} name @param {(detail: any) => void} hear @param {boolean} [once] */
export const on = (name, hear, once) => {
  (listeners[name] ||= []).push([hear, once]);
};

/** @param {string} name @param {(detail: any) => void} hear */
export const off = (name, hear) => {
  listeners[name] = listeners[name]?.filter(([one]) => one != hear);
};

export const silence = () => {
  listeners = {};
};
