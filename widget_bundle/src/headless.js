/**
 * Pulse without an interface: one customer's state, kept live, for a view of your own. The line, the
 * outbox and the tokens are the widget's. Importing this touches no browser object.
 */
import { connect } from './connection.js';
import { onFailure } from './dom.js';
import { chooseTag } from './i18n.js';
import { owner } from './token.js';

const LONGEST = 280;

/** @param {any} options token or getToken, apiUrl, locale */
export const createPulse = (options) => {
  const apiUrl = options.apiUrl.replace(/\/$/, '');
  /** @type {Set<(state: any) => void>} */
  const listeners = new Set();
  /** @type {any} */
  let state = { status: 'connecting', contexts: [], waiting: [] };
  /** @type {any} */
  let line;
  let ended = false;
  const life = new AbortController();
  /** @type {(error?: string) => void} */
  let settle = () => {};

  const update = (/** @type {any} */ patch) => {
    if (ended) return;
    state = { ...state, ...patch };
    for (const run of listeners) run(state);
  };
  const queued = () => update({ waiting: line?.outbox()?.list() || [] });

  /** @type {Record<string, (payload: any) => any>} */
  const hear = {
    state: (payload) => {
      update({ ...payload, status: 'live' });
      settle();
    },
    identity_update: ({ because = state.because, strengthen = state.strengthen, ...identity }) => {
      update({ identity: { ...state.identity, ...identity }, because, strengthen });
      return line.refresh();
    },
    contexts: update,
    context_accepted: ({ context }) => {
      const others = state.contexts.filter((/** @type {any} */ { id }) => id != context.id);
      update({ contexts: [...others, context] });
      queued();
    },
    withdrawn: (gone) =>
      update({ contexts: state.contexts.filter((/** @type {any} */ { id }) => id != gone) }),
    celebration: (celebration) => update({ celebration }),
    queued,
    offline: () => update({ status: 'offline' }),
    denied: ([reason]) => {
      update({ status: reason });
      settle(reason);
    },
    signed_out: () => {
      update({ status: 'signed_out' });
      settle('signed_out');
    },
    // Another customer's token is another client: this one ends with nothing left in it.
    another: () => {
      client.close();
      settle('another_customer');
    },
  };

  const start = () => {
    onFailure((error) => update({ error: error?.error_code || 'INTERNAL' }));
    chooseTag(options.locale);
    line = connect({ ...options, apiUrl }, (type, payload) => hear[type]?.(payload));
    const wake = () => document.hidden || line.wake();
    for (const name of ['online', 'pageshow', 'visibilitychange'])
      addEventListener(name, wake, { signal: life.signal });
  };

  const ask = async (/** @type {string} */ method, /** @type {string} */ path, body = /** @type {any} */ (undefined)) => {
    try {
      return { ok: true, data: await line.request(method, path, body) };
    } catch (/** @type {any} */ error) {
      return { ok: false, error: error?.error_code || (line ? 'offline' : 'not_started') };
    }
  };

  const client = {
    /** The state now; the same object until something changes. */
    getState: () => state,
    /** @param {(state: any) => void} run called at every change @returns a function that ends it */
    subscribe: (run) => {
      listeners.add(run);
      return () => listeners.delete(run);
    },
    /** @param {string} context_type @param {string} [text] own words, up to 280 characters */
    shareContext: async (context_type, text) => {
      const note = text?.trim().slice(0, LONGEST);
      const outbox = line?.outbox();
      return outbox?.add({ context_type, ...(note && { note }) })
        ? { ok: true }
        : { ok: false, error: outbox ? 'queue_full' : 'not_started' };
    },
    /** @param {string} id of a shared context */
    withdraw: async (id) => ({ ok: !!line?.outbox()?.add({ context_id: id }) }),
    /** @param {any} change celebrations, score_hidden */
    setPreferences: async (change) => {
      const answer = await ask('PUT', '/preferences', change);
      if (answer.ok) update({ preferences: { ...state.preferences, ...change } });
      return answer;
    },
    /** @param {'quarter' | 'year'} period */
    lookBack: (period = 'quarter') => ask('GET', '/wrapped?period=' + period),
    /** @param {string} token a fresh one of the same customer */
    setToken: (token) => line && line.owner() == owner(token) && line.use(token),
    close: () => {
      update({ status: 'closed', identity: undefined, contexts: [], waiting: [] });
      ended = true;
      life.abort();
      line?.end();
    },
    /** Settles with the first state, or with the reason why there is none. */
    ready: /** @type {Promise<{ok: boolean, error?: string}>} */ (
      new Promise((done) => {
        settle = (error) => done(error ? { ok: false, error } : { ok: true });
      })
    ),
  };
  if (typeof window == 'undefined') settle('no_window');
  else start();
  return client;
};
