/**
 * The public object: methods that never reject, events in two forms, and the life of one widget on
 * a page from init to destroy.
 */
import { connect } from './connection.js';
import { guard, reportTo } from './dom.js';
import { keep } from './storage.js';
import { setLanguage } from './text.js';
import { owner } from './token.js';
import { createView } from './view/view.js';

/** @typedef {import('./wire').Model} Model */

const LONGEST = 280;

/**
 * @param {any} widget the stub of the loader snippet, if any: references to it stay good
 * @param {string} [source] where this script came from
 * @param {string} [nonce] of this script
 */
export const createWidget = (widget, source, nonce) => {
  /** @type {Record<string, [Function, any?][]>} */
  let listeners = {};
  /** @type {any} */
  let options, asked, ready, stale;
  /** @type {ReturnType<typeof connect> | null} */
  let line;
  /** @type {ReturnType<typeof createView> | null} */
  let view;
  /** @type {AbortController} */
  let life;
  /** @type {(answer: any) => void} */
  let settle = () => {};

  /** @param {string} name @param {any} [detail] never a token, never free text */
  const emit = (name, detail = {}) => {
    if (options?.debug) console.debug('pulse:' + name, detail);
    for (const [hear, once] of listeners[name] || []) {
      if (once) methods.off(name, hear);
      guard(hear)(detail);
    }
    dispatchEvent(new CustomEvent('pulse:' + name, { detail }));
  };
  reportTo((error) => {
    const code = error?.error_code || 'INTERNAL';
    if (options?.debug) console.debug('pulse', error);
    dispatchEvent(new CustomEvent('pulse:error', { detail: { code } }));
    view?.say('failed');
  });

  /** What the pages of the panel may know and do. @type {any} */
  const app = {
    model: {},
    ui: {},
    request: (/** @type {[any, any]} */ ...args) => line?.request(...args),
    outbox: () => line?.outbox(),
    retry: () => line?.wake(),
    share: (/** @type {string} */ kind, /** @type {string} */ note) => widget.shareContext(kind, note),
    prefer: async (/** @type {any} */ change) => {
      await app.request('PUT', '/preferences', change);
      update({ preferences: { ...app.model.preferences, ...change } });
    },
  };

  /** @param {Model} patch */
  const update = (patch) => {
    const old = app.model;
    app.model = { ...old, ...patch };
    const { identity, milestones } = app.model;
    if (identity?.identity_strength != old.identity?.identity_strength) {
      const { identity_strength: score, change, band } = identity;
      emit('score', { score, change, band });
    }
    if (old.milestones)
      for (const { key } of milestones.reached)
        if (!old.milestones.reached.some((/** @type {any} */ one) => one.key == key))
          emit('milestone', { key });
    view?.draw();
  };

  /** Progress and history follow the score; they are fetched only for eyes that are there. */
  const freshen = () => {
    if (stale && (widget.isOpen || options.mount)) {
      stale = false;
      return line?.refreshState();
    }
  };

  /** One entry a message of the line. @type {Record<string, (payload: any) => any>} */
  const hear = {
    state: (payload) => {
      if (app.model.status == 'offline') emit('online');
      update({ ...payload, status: 'live' });
      if (!ready) {
        ready = true;
        emit('ready');
      }
      settle({});
    },
    identity_update: ({ because, strengthen, ...identity }) => {
      const { model } = app;
      update({
        identity: { ...model.identity, ...identity },
        because: because || model.because,
        strengthen: strengthen || model.strengthen,
      });
      stale = true;
      return freshen();
    },
    contexts: ({ contexts }) => update({ contexts }),
    context_accepted: ({ context }) => {
      const { id, context_type: kind, expires_at } = context;
      const others = app.model.contexts.filter((/** @type {any} */ one) => one.id != id);
      update({ contexts: [...others, context] });
      emit('context-shared', { kind, expires_at });
    },
    celebration: (payload) => {
      view?.celebrate(payload);
      emit('celebration', { key: payload.key });
      stale = true;
      view?.draw();
      return freshen();
    },
    outbox: () => view?.draw(),
    refused: (error_code) => {
      throw { error_code };
    },
    offline: () => {
      if (app.model.status != 'offline') emit('offline');
      update({ status: 'offline' });
      settle({ error: 'offline' });
    },
    denied: (reason) => {
      update({ status: 'denied' });
      emit('auth-error', { reason });
      settle({ error: reason });
    },
    'token-needed': () => emit('token-needed'),
  };

  const forget = () => {
    settle({ error: 'ended' });
    line?.end();
    line = ready = stale = null;
    view?.clear();
  };

  const dial = (/** @type {string} */ token) =>
    new Promise((done) => {
      settle = done;
      line = connect({ ...options, token }, (type, payload) => guard(hear[type] || (() => {}))(payload));
    });

  /** @type {Record<string, (...args: any[]) => any>} */
  const methods = {
    init: async (given = {}) => {
      const same = JSON.stringify(given);
      if (options) {
        if (same == asked) return console.warn('PulseWidget: already started');
        methods.destroy();
      }
      asked = same;
      const { consent, apiUrl, locale, strings, token } = (options = {
        nonce,
        position: 'bottom-right',
        theme: 'auto',
        debug: /[?&]pulseDebug=true/.test(location.search),
        ...given,
      });
      if (consent === false) return;
      options.apiUrl = new URL(apiUrl || '/', source || location.href).href.replace(/\/$/, '');
      life = new AbortController();
      const { signal } = life;
      await setLanguage(options.apiUrl, locale, strings);
      if (signal.aborted) return;
      view = createView(widget, options, app);
      const wake = guard(() => document.visibilityState == 'visible' && line?.wake());
      const place = guard(view.place);
      for (const name of ['online', 'pageshow', 'focus']) addEventListener(name, wake, { signal });
      document.addEventListener('visibilitychange', wake, { signal });
      addEventListener('popstate', place, { signal });
      /** @type {any} */ (window).navigation?.addEventListener('navigatesuccess', place, { signal });
      return dial(token);
    },
    identify: (token) => {
      if (!options) return { error: 'not_started' };
      if (line?.owner() == owner(token)) {
        line.use(token);
        return line.wake();
      }
      keep(null);
      forget();
      view?.show(true);
      return dial(token);
    },
    logout: () => {
      keep(null);
      view?.close();
      forget();
      view?.show(false);
    },
    destroy: () => {
      if (!options) return;
      life?.abort();
      view?.close();
      forget();
      view?.remove();
      view = options = null;
      emit('destroyed');
      listeners = {};
    },
    open: () => {
      if (view?.open()) {
        emit('opened');
        return freshen();
      }
    },
    close: () => {
      if (view?.close()) emit('closed');
    },
    toggle: () => (widget.isOpen ? methods.close() : methods.open()),
    show: () => view?.show(true),
    hide: () => view?.show(false),
    setLocale: async (locale) => {
      await setLanguage(options.apiUrl, locale, options.strings);
      view?.draw();
    },
    setTheme: (theme) => {
      options.theme = theme;
      view?.draw();
    },
    setNonce: (fresh) => view?.style(fresh),
    routeChange: () => view?.place(),
    shareContext: (context_type, text) => {
      const note = text?.trim().slice(0, LONGEST);
      const outbox = line?.outbox();
      if (!outbox?.add({ context_type, ...(note && { note }) }))
        return { error: outbox ? 'queue_full' : 'not_started' };
    },
    on: (name, run, once) => {
      if (name == 'ready' && ready) {
        guard(run)({});
        if (once) return;
      }
      (listeners[name] ||= []).push([run, once]);
    },
    once: (name, run) => methods.on(name, run, true),
    off: (name, run) => {
      listeners[name] = (listeners[name] || []).filter(([one]) => one != run);
    },
  };

  for (const [name, method] of Object.entries(methods))
    widget[name] = async (/** @type {any[]} */ ...args) => {
      try {
        const { error } = (await method(...args)) || {};
        return { ok: !error, error };
      } catch (/** @type {any} */ error) {
        return { ok: false, error: error?.error_code || 'INTERNAL' };
      }
    };
  return Object.assign(widget, { version: VERSION, loaded: true, isOpen: false });
};
