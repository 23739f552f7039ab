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

/** @param {any} widget the stub of the loader snippet, if any: references to it stay good */
/** @param {string} [source] where this script came from @param {string} [scriptNonce] */
export const createWidget = (widget, source, scriptNonce) => {
  /** @type {Record<string, Function[]>} */
  let listeners = {};
  /** @type {any} */
  let options = null;
  let asked = '';
  let ready = false;
  /** @type {ReturnType<typeof connect> | null} */
  let line = null;
  /** @type {any} */
  let view = null;
  /** What the server said last. @type {any} */
  let model = {};
  /** @type {AbortController} */
  let life;
  /** @type {(answer: any) => void} */
  let settle = () => {};

  /** @param {string} name @param {any} [detail] never a token, never free text */
  const emit = (name, detail = {}) => {
    if (options?.debug) console.debug('pulse:' + name, detail);
    for (const hear of [...(listeners[name] || [])]) guard(hear)(detail);
    window.dispatchEvent(new CustomEvent('pulse:' + name, { detail }));
  };
  reportTo((error) => {
    if (options?.debug) console.debug('pulse', error);
    if (!error?.hushed && options) {
      try {
        emit('error', { code: error?.error_code || 'INTERNAL' });
      } catch {
        // The host's own listener failed; that is for the host to hear, not through us.
      }
    }
  });

  const draw = () => view?.draw(model);

  const update = (/** @type {any} */ patch) => {
    const before = model.identity?.identity_strength;
    const old = model.milestones?.reached;
    model = { ...model, ...patch };
    const identity = model.identity;
    if (identity && identity.identity_strength != before) {
      const { identity_strength: score, change, band } = identity;
      emit('score', { score, change, band });
    }
    for (const { key } of (patch.milestones && old && patch.milestones.reached) || [])
      if (!old.some((/** @type {any} */ one) => one.key == key)) emit('milestone', { key });
    draw();
  };

  /** One entry a message of the line. @type {Record<string, (payload: any) => void>} */
  const hear = {
    state: (payload) => {
      if (model.status == 'offline') emit('online');
      update({ ...payload, status: 'live' });
      if (!ready) {
        ready = true;
        emit('ready');
      }
      settle({});
    },
    identity_update: ({ because, strengthen, ...identity }) => {
      update({
        identity: { ...model.identity, ...identity },
        because: because || model.because,
        strengthen: strengthen || model.strengthen,
        stale: true,
      });
      freshen();
    },
    contexts: ({ contexts }) => update({ contexts }),
    context_accepted: ({ context }) => {
      if (!context) return;
      const { id, context_type: kind, expires_at } = context;
      update({
        contexts: [...(model.contexts || []).filter((/** @type {any} */ one) => one.id != id), context],
      });
      emit('context-shared', { kind, expires_at });
    },
    withdrawn: (id) =>
      update({ contexts: model.contexts.filter((/** @type {any} */ one) => one.id != id) }),
    celebration: (payload) => {
      emit('celebration', { key: payload.key });
      view.celebrate(payload);
      update({ stale: true });
      freshen();
    },
    outbox: draw,
    refused: (code) => {
      emit('error', { code });
      view.say('failed');
    },
    offline: () => {
      if (model.status == 'offline') return;
      update({ status: 'offline' });
      emit('offline');
      settle({ error: 'offline' });
    },
    denied: (reason) => {
      update({ status: 'denied' });
      emit('auth-error', { reason });
      if (reason == 'token') emit('token-needed');
      settle({ error: reason });
    },
    'token-needed': () => emit('token-needed'),
  };

  /** Progress and history follow the score; they are fetched only for eyes that are there. */
  const freshen = () => {
    if (widget.isOpen && model.stale) {
      model.stale = false;
      guard(() => line?.refreshState())();
    }
  };

  const forget = () => {
    settle({ error: 'ended' });
    line?.end();
    line = null;
    model = {};
    ready = false;
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
        if (same == asked) return console.warn('PulseWidget.init was called twice');
        await methods.destroy();
      }
      asked = same;
      options = { position: 'bottom-right', nonce: scriptNonce, ...given };
      if (options.consent === false) return;
      options.apiUrl = new URL(options.apiUrl || '/', source || location.href).href.replace(/\/$/, '');
      options.debug ||= /[?&]pulseDebug=true/.test(location.search);
      life = new AbortController();
      const { signal } = life;
      await setLanguage(options.apiUrl, options.locale, options.strings);
      if (signal.aborted) return;
      view = createView(widget, options, {
        emit,
        opened: freshen,
        request: (...args) => line?.request(...args),
        change: update,
        outbox: () => line?.outbox(),
        retry: () => line?.wake(),
      });
      draw();
      const wake = guard(() => document.visibilityState == 'visible' && line?.wake());
      for (const name of ['online', 'pageshow', 'focus']) addEventListener(name, wake, { signal });
      document.addEventListener('visibilitychange', wake, { signal });
      addEventListener('popstate', guard(view.place), { signal });
      /** @type {any} */ (window).navigation?.addEventListener('navigatesuccess', guard(view.place), {
        signal,
      });
      return dial(options.token);
    },
    identify: (token) => {
      if (!options) return { error: 'not_started' };
      if (line && line.owner() == owner(token)) {
        line.use(token);
        line.wake();
        return;
      }
      keep(null);
      forget();
      view?.show(true);
      return dial(token);
    },
    logout: () => {
      keep(null);
      forget();
      view?.close();
      view?.show(false);
    },
    destroy: () => {
      if (!options) return;
      forget();
      life?.abort();
      view?.remove();
      view = options = null;
      widget.isOpen = false;
      emit('destroyed');
      listeners = {};
    },
    open: () => view?.open(),
    close: () => view?.close(),
    toggle: () => (widget.isOpen ? view?.close() : view?.open()),
    show: () => view?.show(true),
    hide: () => view?.show(false),
    setLocale: async (locale) => {
      await setLanguage(options.apiUrl, locale, options.strings);
      view.build();
      draw();
    },
    setTheme: (theme) => view.theme(theme),
    setNonce: (nonce) => view.style(nonce),
    routeChange: () => view?.place(),
    shareContext: (kind, note) => {
      const outbox = line?.outbox();
      if (!outbox) return { error: 'not_started' };
      const text = note && `${note}`.trim().slice(0, 280);
      if (!outbox.add({ context_type: kind, ...(text && { note: text }) })) return { error: 'queue_full' };
    },
    on: (name, run) => {
      (listeners[name] ||= []).push(run);
      if (name == 'ready' && ready) guard(run)({});
    },
    off: (name, run) => {
      listeners[name] = (listeners[name] || []).filter((one) => one != run && /** @type {any} */ (one).run != run);
    },
    once: (name, run) => {
      const once = (/** @type {any} */ detail) => {
        methods.off(name, once);
        run(detail);
      };
      once.run = run;
      methods.on(name, once);
    },
  };

  for (const [name, method] of Object.entries(methods))
    widget[name] = async (/** @type {any[]} */ ...args) => {
      try {
        const { error } = (await method(...args)) || {};
        return error ? { ok: false, error } : { ok: true };
      } catch (/** @type {any} */ error) {
        return { ok: false, error: error?.error_code || 'INTERNAL' };
      }
    };
  return Object.assign(widget, { version: VERSION, loaded: true, isOpen: false });
};
