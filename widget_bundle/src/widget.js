/** The methods of the public object, and the life of the widget from init to destroy. */
import { connect } from './connection.js';
import { guard, onFailure } from './dom.js';
import { emit, lastError, off, on, silence } from './events.js';
import { chooseTag, tag, useWords } from './i18n.js';
import { draw, go, shadow } from './navigation.js';
import { TAG, api, learn, line, model, options, setLine, setOptions, ui } from './state.js';
import { keep } from './storage.js';
import { owner } from './token.js';
import { PulseElement, clear, close, isPlaced, mount, open, place, setNonce, setTheme, unmount } from './view/element.js';
import { celebrate } from './view/render.js';

const LONGEST = 280;
/** In ms: whoever shares waits so long for the server's word. */
const CONFIRMATION = 10e3;

/** @type {any} */
let scriptDefaults;
/** What init was called with, but for the customer, to know a repeat. */
let asked = '';
/** Why nothing is shown, where that was the host's wish. */
let idle = 'not_started';
let ready = false;
/** The score has moved on since history and milestones were read. */
let stale = false;
/** @type {AbortController | undefined} */
let life;
/** @type {any} */
let mounting;
/** @type {(answer: any) => void} */
let settle = () => {};
/** Who waits for the server's word on what they shared, by client_key. @type {Record<string, any>} */
let waiting = {};

const round = (/** @type {any} */ value) => (value == null ? value : Math.round(value));

/** @param {import('./wire').Model} patch */
const update = (patch) => {
  const { identity: before, milestones: old, status: was } = model;
  learn(patch);
  const { identity, milestones, status } = model;
  if (status != was) {
    sayTrouble().catch(() => {});
    if (status == 'offline') emit(status);
    if (was == 'offline' && status == 'live') emit('online');
  }
  const { identity_strength: score, change, band } = identity || {};
  /** As it is shown. */
  const shown = round(score);
  if (shown != round(before?.identity_strength) || band != before?.band)
    emit('score', { score: shown, change: round(change) || 0, band });
  if (old)
    milestones?.reached.map(
      ({ key }) => old.reached.some((one) => one.key == key) || emit('milestone', { key }),
    );
  draw();
};

/** With the words and the style of what Pulse describes. @param {any} patch */
const show = (patch) => {
  const { words, locale } = patch.view;
  useWords(words, options.strings, locale);
  update(patch);
  if (shadow) setNonce();
};

/** Progress and history follow the score; they are fetched only for eyes that are there. */
const freshen = () => {
  if (!api.isOpen && !options.mount) return;
  if (stale) {
    stale = false;
    return line?.refresh();
  }
};

/** One entry a message of the line. @type {Record<string, (payload: any) => any>} */
const hear = {
  state: (payload) => {
    show({ ...payload, status: 'live' });
    freshen();
    if (!ready) emit('ready');
    ready = true;
    settle({});
  },
  pong: () => update({ status: 'live' }),
  identity_update: ({ view, ...identity }) => {
    update({ identity, view: { ...model.view, ...view } });
    stale = true;
    return freshen();
  },
  contexts: update,
  context_accepted: ({ client_key, context }) => {
    const { id, context_type: kind, expires_at } = context;
    const outbox = line?.outbox();
    waiting[client_key]?.({});
    // Taken back while it was on its way.
    if (!outbox?.list().some((item) => item.client_key == client_key))
      return outbox?.add({ context_id: id });
    hear.withdrawn(id);
    update({ contexts: [...(model.contexts || []), context] });
    emit('context-shared', { kind, expires_at });
  },
  withdrawn: (gone) => update({ contexts: model.contexts?.filter(({ id }) => id != gone) }),
  celebration: (payload) => {
    celebrate(payload);
    emit('celebration', { key: payload.key });
    draw();
    stale = true;
    return freshen();
  },
  another: (token) => methods.identify(token),
  queued: () => draw(),
  refused: ([error_code, item]) => {
    waiting[item.client_key]?.({ error: error_code });
    fail({ error_code }, () => line?.outbox()?.add(item));
  },
  offline: () => {
    settle({ error: 'offline' });
    // "Sign in again" and "not available on this site" say more.
    if (!/^(token|SIGNED_OUT|origin)$/.test(model.status || '')) update({ status: 'offline' });
  },
  /** The visitor sees why; the host is answered the same, a word for all troubles with tokens. */
  denied: ([reason, code]) => {
    settle({ error: reason.replace(/^TOKEN.*/, 'token') });
    if (model.status == reason) return;
    update({ status: reason });
    // Not a trouble of the host's own endpoint: that has been told.
    if (reason != code) {
      emit('auth-error', { reason });
      if (code == 'TOKEN_REFUSED') emit('token-needed');
      report(code);
    }
  },
  no_token: (code) => {
    emit('token-needed');
    report(code);
  },
  // Nobody is here to show anything to: the next init or identify starts again.
  signed_out: () => {
    settle({ error: (idle = 'signed_out') });
    close();
    forget();
  },
};

/** The same trouble in a row is one event. @param {string} code */
const report = (code) => code != lastError && emit('error', { code });

/** @param {any} error @param {() => any} [again] what a visitor did, to be done again */
const fail = (error, again) => {
  emit('error', { code: error.error_code || 'INTERNAL' });
  if (again) {
    ui.failed = again;
    draw();
  }
};

/** Nothing of this customer is shown, asked or sent any more. */
const forget = () => {
  settle({ error: 'ended' });
  for (const done of Object.values(waiting)) done({ error: 'ended' });
  waiting = {};
  line?.end();
  setLine(null);
  ready = stale = false;
  clear();
};

const dial = (/** @type {string} */ token) =>
  new Promise((done) => {
    settle = done;
    setLine(
      connect({ ...options, token, view: '&view=1' }, (type, payload) => guard(() => hear[type]?.(payload))()),
    );
    draw();
  });

/** All but who is told of it: what was started ends, its listeners stay. */
const stop = () => {
  life?.abort();
  close();
  forget();
  unmount();
  setOptions(null);
};

const listen = (/** @type {AbortSignal} */ signal) => {
  const when = (/** @type {string} */ names, /** @type {(event: any) => any} */ run) => {
    for (const name of names.split(' ')) addEventListener(name, guard(run), { signal });
  };
  when('online pageshow', () => line?.wake());
  when('visibilitychange', () => document.hidden || line?.wake(true));
  when('offline', () => line && hear.offline(0));
  // An open socket keeps a page out of the browser's memory of pages to go back to.
  when('pagehide', () => line?.sleep());
  when('popstate', place);
  /** @type {any} */ (window).navigation?.addEventListener('navigatesuccess', guard(place), { signal });
};

const bodyThere = () =>
  document.body ||
  new Promise((done) => addEventListener('DOMContentLoaded', done, { once: true }));

/**
 * What is wrong is said in the visitor's language, too, where Pulse can be reached at all: without a
 * customer it gives words and style.
 */
const sayTrouble = async () => {
  const mine = tag;
  if (model.identity) return;
  const view = await (await fetch(`${options.apiUrl}/widget/v1/view/${tag}.json`)).json();
  // A state may have come, another language been asked for, or all have ended since.
  if (line && tag == mine && !model.identity) show({ view });
};

const speak = () => {
  const known = chooseTag(options.locale);
  sayTrouble().catch(() => {});
  line?.refresh();
  if (ui.page) guard(go)(ui.page);
  return known;
};

/** @type {Record<string, (...args: any[]) => any>} */
const methods = {
  init: async (given = {}) => {
    const { token, getToken } = given;
    // A framework hangs its whole tree on an element: that has no text.
    const same = JSON.stringify(given, (name, value) => (name == 'token' ? 0 : value?.nodeType || value));
    const wanted = {
      position: 'bottom-right',
      theme: 'auto',
      debug: /pulseDebug=true/.test(location.search),
      ...scriptDefaults,
      ...given,
    };
    if (wanted.consent === false) {
      if (options) stop();
      idle = 'no_consent';
      return { error: idle };
    }
    if (options && same == asked) {
      if (line && token == options.token && getToken == options.getToken)
        return console.warn('PulseWidget: already started');
      // Another customer, or the same one as far as we know until the token says so.
      Object.assign(options, { token, getToken });
      forget();
      return dial(token);
    }
    if (options) stop();
    asked = same;
    setOptions(wanted);
    options.apiUrl = new URL(options.apiUrl, location.href).href.replace(/\/$/, '');
    life = new AbortController();
    const { signal } = life;
    chooseTag(options.locale);
    useWords(null, options.strings);
    mounting = bodyThere();
    // The way to the server is the longest: it begins before there is anything to see.
    const dialled = dial(token);
    await mounting;
    if (signal.aborted) return dialled;
    mount(signal);
    listen(signal);
    return dialled;
  },
  identify: (token) => {
    if (!options) return { error: 'not_started' };
    if (!owner(token)) return { error: 'token' };
    if (line?.owner() == owner(token)) {
      line.use(token);
      return line.wake();
    }
    keep();
    forget();
    return dial(token);
  },
  logout: () => {
    idle = 'signed_out';
    keep();
    close();
    forget();
  },
  destroy: () => {
    if (!options) return;
    idle = 'not_started';
    stop();
    emit('destroyed');
    silence();
  },
  open: () => (open() ? freshen() : { error: options && line ? 'inline' : 'not_started' }),
  close,
  toggle: () => (api.isOpen ? close() : methods.open()),
  show: () => methods.hide(false),
  hide: (hidden = true) => {
    options.launcher = { ...options.launcher, hidden };
    draw();
  },
  setLocale: (locale) => {
    options.locale = locale;
    return speak() || { error: 'locale' };
  },
  setTheme,
  setNonce,
  routeChange: place,
  shareContext: (context_type, text) => {
    if (!line) return { error: idle };
    const note = text?.trim().slice(0, LONGEST) || undefined;
    const outbox = line.outbox();
    // Said twice while it waits, it is one.
    const twin = outbox.list().find((one) => one.context_type == context_type && one.note == note);
    const key = twin?.client_key || outbox.add({ context_type, note });
    if (!key) return { error: 'queue_full' };
    const before = waiting[key];
    return new Promise((done) => {
      waiting[key] = (/** @type {any} */ answer) => {
        before?.(answer);
        done(answer);
      };
      setTimeout(done, model.status == 'live' ? CONFIRMATION : 0, { error: 'queued' });
    });
  },
  on: (name, run, once) => {
    if (name != 'ready' || !ready) return on(name, run, once);
    queueMicrotask(() => run({}));
    if (!once) on(name, run);
  },
  once: (name, run) => methods.on(name, run, true),
  off,
  debug: () => {
    const { status = 'loading' } = model;
    const shown = options?.launcher?.hidden ? 'hidden' : 'shown';
    const why = !line ? idle : status != 'live' ? status.replace(/^TOKEN.*/, 'token').toLowerCase() : isPlaced() ? shown : 'no_place';
    const state = { version: VERSION, why, lastError };
    console.info('PulseWidget', state);
    return state;
  },
};

/** Make the public object of its methods. @param {any} defaults from the script tag */
export const publish = (defaults) => {
  onFailure(fail);
  for (const [name, method] of Object.entries(methods))
    api[name] = async (/** @type {any[]} */ ...args) => {
      try {
        // What is called right after init finds the widget in the page; what starts, ends or listens
        // is done in the order of the calls.
        if (!/^(in|de|o[nf])/.test(name)) await mounting;
        const { error, ...more } = (await method(...args)) || {};
        return error ? { ok: false, error } : { ok: true, ...more };
      } catch (/** @type {any} */ error) {
        return { ok: false, error: error?.error_code || (options ? 'INTERNAL' : 'not_started') };
      }
    };
  customElements.define(TAG, PulseElement);
  Object.assign(api, { version: VERSION, loaded: true, isOpen: false });
  scriptDefaults = defaults;
};
