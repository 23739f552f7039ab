/** The methods of the public object, and the life of the widget from init to destroy. */
import { connect } from './connection.js';
import { guard } from './dom.js';
import { emit, off, on, silence } from './events.js';
import { api, learn, line, model, options, setLine, setOptions, ui } from './state.js';
import { keep } from './storage.js';
import { setLanguage } from './text.js';
import { owner } from './token.js';
import { PulseElement, TAG, celebrate, clear, close, draw, mount, open, place, present, setNonce, setTheme, show, unmount } from './view/view.js';

const LONGEST = 280;

/** @type {any} */
let scriptDefaults;
/** What init was called with, to know a repeat. */
let asked = '';
let ready = false;
/** The score has moved on since history and milestones were read. */
let stale = false;
/** @type {AbortController | undefined} */
let life;
/** @type {Promise<void> | undefined} */
let mounting;
/** @type {(answer: any) => void} */
let settle = () => {};

/** @param {import('./wire').Model} patch */
const update = (patch) => {
  const { identity: before, milestones: old } = model;
  learn(patch);
  const { identity, milestones } = model;
  const { identity_strength: score, change, band } = identity || {};
  if (score != before?.identity_strength)
    emit('score', { score, change, band });
  if (old)
    milestones?.reached.map(
      ({ key }) => old.reached.some((one) => one.key == key) || emit('milestone', { key }),
    );
  draw();
};

/** Progress and history follow the score; they are fetched only for eyes that are there. */
const freshen = () => {
  if (stale && (api.isOpen || options.mount)) {
    stale = false;
    return line?.refreshState();
  }
};

/** One entry a message of the line. @type {Record<string, (payload: any) => any>} */
const hear = {
  state: (payload) => {
    if (model.status == 'offline') emit('online');
    update({ ...payload, status: 'live' });
    if (!ready) emit('ready');
    ready = true;
    settle({});
  },
  identity_update: ({ because = model.because, strengthen = model.strengthen, ...identity }) => {
    update({ identity: { ...model.identity, ...identity }, because, strengthen });
    stale = true;
    return freshen();
  },
  contexts: update,
  context_accepted: ({ client_key, context }) => {
    const { id, context_type: kind, expires_at } = context;
    const outbox = line?.outbox();
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
  queued: draw,
  refused: (error_code) => {
    throw { error_code };
  },
  offline: () => {
    if (model.status != 'offline') emit('offline');
    update({ status: 'offline' });
    settle({ error: 'offline' });
  },
  denied: (reason) => {
    update({ status: reason });
    emit('auth-error', { reason });
    settle({ error: reason });
    if (reason == 'token') return emit('token-needed');
    emit('error', { code: 'ORIGIN_NOT_ALLOWED' });
  },
  'token-needed': () => emit('token-needed'),
};

const forget = () => {
  settle({ error: 'ended' });
  line?.end();
  setLine(null);
  ready = stale = false;
  clear();
};

const dial = (/** @type {string} */ token) =>
  new Promise((done) => {
    settle = done;
    setLine(
      connect({ ...options, token }, (type, payload) => guard(() => hear[type]?.(payload))()),
    );
  });

/** @type {Record<string, (...args: any[]) => any>} */
const methods = {
  init: async (given = {}) => {
    // A framework hangs its whole tree on an element: that has no text.
    const same = JSON.stringify(given, (_, value) => value?.nodeType || value);
    if (options) {
      if (same == asked) return console.warn('PulseWidget: already started');
      methods.destroy();
    }
    asked = same;
    const wanted = {
      position: 'bottom-right',
      theme: 'auto',
      debug: /pulseDebug=true/.test(location.search),
      ...scriptDefaults,
      ...given,
    };
    // A script tag's data-consent is a text.
    if (wanted.consent + '' == 'false') return;
    setOptions(wanted);
    options.apiUrl = new URL(options.apiUrl, location.href).href.replace(/\/$/, '');
    life = new AbortController();
    const { signal } = life;
    mounting = setLanguage(options.apiUrl, options.locale, options.strings);
    // The way to the server is the longest: it begins before there is anything to see.
    const dialled = dial(options.token);
    await mounting;
    if (signal.aborted) return dialled;
    mount(signal);
    const wake = guard(() => document.hidden || line?.wake());
    const move = guard(place);
    for (const name of ['online', 'pageshow', 'visibilitychange'])
      addEventListener(name, wake, { signal });
    addEventListener('popstate', move, { signal });
    /** @type {any} */ (window).navigation?.addEventListener('navigatesuccess', move, { signal });
    return dialled;
  },
  identify: (token) => {
    if (!options) return { error: 'not_started' };
    if (line?.owner() == owner(token)) {
      line.use(token);
      return line.wake();
    }
    keep();
    forget();
    const dialled = dial(token);
    draw();
    present();
    return dialled;
  },
  logout: () => {
    keep();
    close();
    forget();
  },
  destroy: () => {
    if (!options) return;
    life?.abort();
    close();
    forget();
    unmount();
    setOptions(null);
    emit('destroyed');
    silence();
  },
  open: () => {
    if (open()) {
      emit('opened');
      return freshen();
    }
  },
  close: () => {
    if (close()) emit('closed');
  },
  toggle: () => (api.isOpen ? methods.close() : methods.open()),
  show: () => show(true),
  hide: () => show(false),
  setLocale: async (locale) => {
    await setLanguage(options.apiUrl, locale, options.strings);
    ui.period = '';
    draw();
    return line?.speak();
  },
  setTheme,
  setNonce,
  routeChange: place,
  shareContext: (context_type, text) => {
    const note = text?.trim().slice(0, LONGEST);
    const outbox = line?.outbox();
    if (!outbox?.add({ context_type, ...(note && { note }) }))
      return { error: outbox ? 'queue_full' : 'not_started' };
  },
  on: (name, run, once) => {
    if (name != 'ready' || !ready) return on(name, run, once);
    queueMicrotask(run);
    if (!once) on(name, run);
  },
  once: (name, run) => methods.on(name, run, true),
  off,
};

/** Make the public object of its methods. @param {any} defaults from the script tag */
export const publish = (defaults) => {
  for (const [name, method] of Object.entries(methods))
    api[name] = async (/** @type {any[]} */ ...args) => {
      try {
        // What is called right after init finds the widget in the page; what starts, ends or listens
        // is done in the order of the calls.
        if (!/^(in|de|o[nf])/.test(name)) await mounting;
        const { error } = (await method(...args)) || {};
        return error ? { ok: false, error } : { ok: true };
      } catch (/** @type {any} */ error) {
        return { ok: false, error: error?.error_code || (options ? 'INTERNAL' : 'not_started') };
      }
    };
  customElements.define(TAG, PulseElement);
  Object.assign(api, { version: VERSION, loaded: true, isOpen: false });
  scriptDefaults = defaults;
};
